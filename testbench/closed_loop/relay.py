"""Carries a venue's two lines from this machine's ports to multicast groups, but for what it is told to lose.

relay.py INTERFACE_ADDRESS PORT_A GROUP_A:PORT PORT_B GROUP_B:PORT; then a line of two numbers on standard input at any time:
the parts of line A's and of line B's packets to lose, 0 to 1, answered by a line once it is so. Ends with standard input."""

import os
import random
import select
import socket
import sys


def main():
    interface, (port_a, to_a, port_b, to_b) = sys.argv[1], sys.argv[2:6]
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
    lines = {}
    for number, (port, to) in enumerate(((port_a, to_a), (port_b, to_b))):
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        line.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE: what comes while we do not run is not lost
        line.bind(("127.0.0.1", int(port)))
        line.setblocking(False)
        group, group_port = to.split(":")
        lines[line] = (number, (group, int(group_port)))
    losses, rng, told = [0.0, 0.0], random.Random(1), b""
    print("ready", flush=True)
    while True:
        for ready in select.select([0, *lines], [], [])[0]:
            if ready == 0:
                more = os.read(0, 4096)
                if not more:
                    return
                told += more
                *whole, told = told.split(b"\n")
                if whole:
                    losses = [float(x) for x in whole[-1].split()]
                    for _ in whole:
                        print("so", flush=True)
                continue
            number, to = lines[ready]
            try:
                while True:
                    packet = ready.recv(65536)
                    if losses[number] == 0 or rng.random() >= losses[number]:
                        sender.sendto(packet, to)
            except BlockingIOError:
                pass
            except OSError:
                pass  # the wire is down


main()
