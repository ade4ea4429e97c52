# Datagrams back and forth, one at a time: `echo.py serve PORT`, or `echo.py ask ADDRESS PORT COUNT`, which prints the
# round-trip times in microseconds, sorted, one a line.
import socket
import sys
import time

mode, *rest = sys.argv[1:]
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
if mode == "serve":
    s.bind(("0.0.0.0", int(rest[0])))
    print("ready", flush=True)
    while True:
        data, peer = s.recvfrom(2048)
        s.sendto(data, peer)
s.settimeout(1)
s.connect((rest[0], int(rest[1])))
times = []
for i in range(int(rest[2])):
    message = b"%08d" % i + bytes(56)
    start = time.perf_counter()
    s.send(message)
    try:
        while s.recv(2048) != message:
            pass
        times.append((time.perf_counter() - start) * 1e6)
    except TimeoutError:
        times.append(1e6)
    time.sleep(0.0005)
for one in sorted(times):
    print("%.1f" % one)
