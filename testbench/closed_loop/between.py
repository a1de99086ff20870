"""Stands between the trader's sessions and the venue's OUCH port. It tells what the venue tells, and when it is told to:
later, fills behind everything else, or more than once.

between.py ADDRESS:PORT VENUE_ADDRESS:PORT TRADER; then lines on standard input, each answered by a line of JSON:

    tell          nothing but the answer: messages had of the venue and told, fills kept back, answers told twice, fills told
                  behind the answer to their order's cancel
    double PART   of the answers to orders this part is told twice, from here on
    hold          sequenced messages are kept back
    release       they are told, fills behind all others
    lose, invent  the next fill is never told; is told again as another: deliberate faults

Whoever logs in as TRADER is logged in at the venue, whose answers become messages of a stream of this process's own, with numbers of
its own. Others read that stream along. Ends with standard input."""

import json
import os
import random
import selectors
import socket
import struct
import sys
import time

ANSWERS = b"ACE"  # Accepted, Canceled, Executed: told twice
HEARTBEAT = 0.3


class End:
    """One end of a connection: whole packets in, bytes out."""

    def __init__(self, owner, sock, obey, lost):
        sock.setblocking(False)
        self.owner, self.socket, self.obey, self.lost, self.data, self.out = owner, sock, obey, lost, b"", bytearray()
        self.open = True
        owner.selector.register(sock, selectors.EVENT_READ, self.ready)

    def ready(self, events):
        if events & selectors.EVENT_WRITE:
            self.flush()
        if not self.open or not events & selectors.EVENT_READ:
            return
        try:
            more = self.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        if not more:
            self.close()
            return
        self.data += more
        at = 0
        while self.open and len(self.data) >= at + 2:
            end = at + 2 + struct.unpack_from(">H", self.data, at)[0]
            if len(self.data) < end:
                break
            self.obey(self.data[at + 2:at + 3], self.data[at + 3:end])
            at = end
        self.data = self.data[at:]

    def send(self, kind, body=b""):
        self.out += struct.pack(">H", len(body) + 1) + kind + body
        self.flush()

    def flush(self):
        if not self.open:
            return
        try:
            while self.out:
                del self.out[:self.socket.send(self.out)]
        except BlockingIOError:
            pass
        except OSError:
            self.close()
            return
        self.owner.selector.modify(self.socket, selectors.EVENT_READ | (selectors.EVENT_WRITE if self.out else 0), self.ready)

    def close(self):
        if not self.open:
            return
        self.open = False
        self.owner.selector.unregister(self.socket)
        self.socket.close()
        self.lost()


class Reader:
    """Somebody who is told the stream."""

    def __init__(self, owner, sock):
        self.owner, self.venue, self.next = owner, None, 0
        self.end = End(owner, sock, self.obey, self.lost)

    def obey(self, kind, body):
        if kind == b"L" and self.next == 0 and self.venue is None:
            self.name, self.asked = body[:6].decode().strip(), int(body[26:])
            if self.name == self.owner.trader:
                self.owner.log_in(self, body)
            else:
                self.owner.waiting.append(self)
        elif self.venue is not None:
            self.venue.send(kind, body)

    def accept(self, session):
        log = self.owner.log
        self.next = self.asked or max(len(log), 1)
        if self.next > len(log) + 1:
            self.end.send(b"J", b"S")
            self.end.close()
            return
        self.end.send(b"A", session + str(self.next).rjust(20).encode())
        self.pump()

    def pump(self):
        """No more than so much waits for a reader that does not read."""
        while self.end.open and 0 < self.next <= len(self.owner.log) and len(self.end.out) < 1 << 20:
            self.next += 1
            self.end.send(b"S", self.owner.log[self.next - 2])

    def lost(self):
        self.owner.readers.discard(self)
        if self.venue is not None:
            self.venue.close()


class Between:
    def __init__(self, listen, venue, trader):
        self.venue_at, self.trader = venue, trader
        self.selector = selectors.DefaultSelector()
        self.readers, self.waiting, self.current, self.session = set(), [], None, None
        self.log, self.had, self.held, self.shares = [], 0, None, {}  # shares: of orders that are open at the venue
        self.part, self.doubled, self.late, self.lose, self.invent = 0.0, 0, 0, False, False
        self.rng, self.said, self.beat = random.Random(1), b"", time.monotonic()
        self.listener = socket.create_server(listen, backlog=16)
        self.selector.register(self.listener, selectors.EVENT_READ, self.enter)
        self.selector.register(0, selectors.EVENT_READ, self.command)

    def enter(self, _):
        self.readers.add(Reader(self, self.listener.accept()[0]))

    def log_in(self, reader, login):
        # A later login takes over. Of the one before nothing more is read, or messages would be had twice.
        if self.current is not None:
            self.current.end.close()
        self.current = reader
        upstream = socket.socket()
        upstream.setblocking(False)
        upstream.connect_ex(self.venue_at)

        def obey(kind, body):
            if kind == b"A":
                assert int(body[10:]) == self.had + 1, body
                self.session = body[:10]
                reader.accept(self.session)
            elif kind == b"S":
                self.take(body)
            else:
                reader.end.send(kind, body)

        def lost():
            reader.venue = None
            reader.end.close()
            if self.current is reader:
                self.current = None

        reader.venue = End(self, upstream, obey, lost)
        reader.venue.send(b"L", login[:26] + str(self.had + 1).rjust(20).encode())

    def take(self, message):
        self.had += 1
        kind, order = message[:1], message[9:13]
        if kind == b"A":
            self.shares[order] = struct.unpack_from(">I", message, 14)[0]
        elif kind in (b"E", b"C"):
            self.shares[order] -= struct.unpack_from(">I", message, 13)[0]
        if self.lose and message[:1] == b"E":
            self.lose = False
        elif self.held is not None:
            self.held.append(message)
        else:
            self.tell(message)

    def tell(self, message):
        self.log.append(message)
        if message[:1] in ANSWERS and self.rng.random() < self.part:
            self.doubled += 1
            self.log.append(message)
        if self.invent and message[:1] == b"E":
            self.invent = False
            other = bytearray(message)
            struct.pack_into(">Q", other, 26, 1 << 60)
            self.log.append(bytes(other))

    def kept_back(self):
        """Fills that are: all, those of orders that are still open, and those that the answer to a cancel of their order follows."""
        fills = [(n, m[9:13]) for n, m in enumerate(self.held or ()) if m[:1] == b"E"]
        return {"fills": len(fills), "open": sum(self.shares[order] > 0 for _, order in fills),
                "behind": sum(any(m[:1] == b"C" and m[9:13] == order for m in self.held[n:]) for n, order in fills)}

    def release(self):
        self.late += self.kept_back()["behind"]
        held, self.held = self.held or [], None
        # A trade is taken back after it was told.
        for m in sorted(held, key=lambda m: b"EB".find(m[:1])):
            self.tell(m)

    def command(self, _):
        more = os.read(0, 4096)
        if not more:
            sys.exit(0)
        self.said += more
        *lines, self.said = self.said.split(b"\n")
        for line in lines:
            verb, *rest = line.decode().split()
            if verb == "double":
                self.part = float(rest[0])
            elif verb == "hold":
                self.held = []
            elif verb == "release":
                self.release()
            elif verb in ("lose", "invent"):
                setattr(self, verb, True)
            print(json.dumps({"had": self.had, "told": len(self.log), "kept_back": self.kept_back(), "doubled": self.doubled,
                              "late": self.late, "deliberate": self.lose or self.invent}), flush=True)

    def run(self):
        print("ready", flush=True)
        while True:
            for key, events in self.selector.select(HEARTBEAT):
                key.data(events)
            if self.session is not None:
                for reader in self.waiting:
                    reader.accept(self.session)
                self.waiting.clear()
            beat = time.monotonic() - self.beat >= HEARTBEAT
            if beat:
                self.beat = time.monotonic()
            for reader in list(self.readers):
                reader.pump()
                # A venue that is silent is not spoken for; one whose answers wait is not silent.
                alone = reader.venue is None or self.held is not None
                if beat and alone and reader.next != 0 and reader.end.open and not reader.end.out:
                    reader.end.send(b"H")


def endpoint(text):
    address, port = text.split(":")
    return address, int(port)


Between(endpoint(sys.argv[1]), endpoint(sys.argv[2]), sys.argv[3]).run()
