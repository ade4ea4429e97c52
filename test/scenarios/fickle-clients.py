# Clients that do with connections what clients do: end them early, half, by a reset or without a word, begin others from
# the same port, stop reading, say nothing for a while, send urgent bytes.
#
#   fickle-clients.py SEED SECONDS ADDRESS...
#
# The server is peer.mjs. Ends with one line: how many connections came to their end, and what was wrong with the others.

import random
import socket
import struct
import sys
import threading
import time

SEED, SECONDS, HOSTS = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
END = time.time() + SECONDS
SILENCE = 20
CLIENTS = 12
PORTS = 4  # of each client, which it takes again and again
TCP_REPAIR = 19
done, wrong = 0, []


class Client(threading.Thread):
    def __init__(self, number):
        super().__init__()
        self.chance = random.Random(SEED * 1000 + number)
        self.base = 20000 + 10 * number

    def run(self):
        global done
        kinds = [self.get, self.abort, self.half, self.post, self.abort_post, self.forget, self.idle, self.urgent, self.rest]
        while time.time() < END:
            kind = self.chance.choice(kinds)
            try:
                with self.connection() as s:
                    kind(s)
                done += 1
            except OSError as problem:
                # a port may still be in use
                if problem.errno is None or isinstance(problem, ConnectionError):
                    wrong.append(f"{kind.__name__}: {problem}")

    def connection(self):
        host = self.chance.choice(HOSTS)
        s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.settimeout(SILENCE)
        if self.chance.random() < 0.5:
            s.bind(("", self.base + self.chance.randrange(PORTS)))
        s.connect((host, 80))
        return s

    def ask(self, size):
        how = self.chance.choice(["close", "keep-alive"])
        return f"GET /large/{size} HTTP/1.1\r\nHost: there\r\nConnection: {how}\r\n\r\n".encode()

    def read(self, s, size):
        while size > 0:
            got = s.recv(65536)
            if not got:
                raise ConnectionError("the end came early")
            size -= len(got)

    def get(self, s):
        size = self.chance.choice([2000, 20000, 300000, 1500000])
        s.sendall(self.ask(size))
        self.read(s, size)

    def reset(self, s):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def abort(self, s):
        s.sendall(self.ask(300000))
        self.read(s, self.chance.randrange(200000))
        self.reset(s)

    def half(self, s):
        s.sendall(self.ask(300000))
        s.shutdown(socket.SHUT_WR)
        while s.recv(65536):  # the server may end before it has said all
            pass

    def post(self, s):
        size = self.chance.choice([2000, 300000])
        s.sendall(b"POST / HTTP/1.1\r\nHost: there\r\nContent-Length: %d\r\n\r\n" % size + b"p" * size)
        self.read(s, 1)

    def abort_post(self, s):
        s.sendall(b"POST / HTTP/1.1\r\nHost: there\r\nContent-Length: 300000\r\n\r\n" + b"p" * self.chance.randrange(99999))
        self.reset(s)

    def forget(self, s):
        s.sendall(self.ask(2000))
        self.read(s, 2000)
        s.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)

    def idle(self, s):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        s.sendall(b"GET /large/2000 HTTP/1.1\r\nHost: there\r\n\r\n")
        self.read(s, 2000)
        time.sleep(1.5)
        self.get(s)

    def urgent(self, s):
        ask = self.ask(2000)
        s.sendall(ask[:10])
        s.send(b"!", socket.MSG_OOB)
        s.sendall(ask[10:])
        self.read(s, 2000)

    def rest(self, s):
        s.sendall(self.ask(1500000))
        time.sleep(self.chance.choice([0.3, 1.2]))
        self.read(s, 1500000)


clients = [Client(number) for number in range(CLIENTS)]
for client in clients:
    client.start()
for client in clients:
    client.join()
print(done, *wrong, sep=", ")
