# A wire between two interfaces that loses, doubles and holds back frames, as a seed says. Tells its counts at the end.
import array, fcntl, random, select, signal, socket, struct, sys, time

LOST, DOUBLED, HELD = 0.01, 0.01, 0.03
LONGEST_HOLD = 0.01
OFFLOADS = 0x17, 0x19, 0x1F, 0x24  # checksums, scatter-gather, TSO, GSO (linux/ethtool.h)


def plain(name):
    """No large frames, and checksums that hold: nobody behind this end makes up for them."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for command in OFFLOADS:
        value = array.array("B", struct.pack("II", command, 0))
        try:
            fcntl.ioctl(s, 0x8946, struct.pack("16sP", name.encode(), value.buffer_info()[0]))
        except OSError:
            pass  # what the interface cannot do it does not do


def end(name):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    s.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)
    s.setsockopt(263, 23, 1)
    s.bind((name, 3))
    s.setblocking(False)
    return s


class Way:
    def __init__(self, source, target):
        self.source, self.target, self.held = source, target, []

    def send(self, frame):
        try:
            self.target.send(frame)
            counts["passed"] += 1
        except OSError:
            counts["failed"] += 1

    def take(self):
        for _ in range(64):
            try:
                frame = self.source.recv(70000)
            except BlockingIOError:
                break
            chance = random.random()
            if chance < LOST:
                counts["lost"] += 1
            elif chance < LOST + HELD:
                counts["held"] += 1
                self.held.append([random.randint(1, 8), time.monotonic() + LONGEST_HOLD, frame])
            else:
                self.send(frame)
                if chance > 1 - DOUBLED:
                    counts["doubled"] += 1
                    self.send(frame)
            for one in self.held:
                one[0] -= 1
            self.release()

    def release(self):
        if not self.held:
            return
        now = time.monotonic()
        due = [one for one in self.held if one[0] < 0 or one[1] < now]
        if due:
            self.held = [one for one in self.held if one not in due]
            for _, _, frame in due:
                self.send(frame)


if sys.argv[1] == "plain":
    plain(sys.argv[2])
    raise SystemExit
random.seed(int(sys.argv[3]))
counts = dict.fromkeys(["passed", "lost", "held", "doubled", "failed"], 0)
near, far = end(sys.argv[1]), end(sys.argv[2])
ways = [Way(near, far), Way(far, near)]


def stop(*_):
    print(" ".join(f"{name}={count}" for name, count in counts.items()), flush=True)
    raise SystemExit


signal.signal(signal.SIGTERM, stop)
print("ready", flush=True)
while True:
    select.select([near, far], [], [], LONGEST_HOLD / 2)
    for way in ways:
        way.take()
        way.release()
