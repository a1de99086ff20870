"""Clients of a venue that share no code with it: OUCH 5.0 over SoupBinTCP, and MoldUDP64 with its re-requests."""

import socket
import struct
import threading
import time

from command import PATIENCE, until


class Lost(Exception):
    """The connection is gone, or was refused."""


class Soup:
    """A SoupBinTCP connection: logs in at once, and hands on sequenced messages."""

    def __init__(self, port, name, password, session="", sequence=1, timeout=PATIENCE, address="127.0.0.1"):
        self.socket = socket.create_connection((address, port), timeout=timeout)
        self.data, self.ended, self.beats, self.beaten = b"", False, 0, 0
        login = name.ljust(6) + password.ljust(10) + session.rjust(10) + str(sequence).rjust(20)
        self.packet(b"L", login.encode())
        kind, body = self.take()
        if kind != b"A":
            raise Lost(f"login answered by {kind} {body}")
        self.session, self.next = body[:10].decode(), int(body[10:])
        self.heard = time.monotonic()

    def packet(self, kind, body=b""):
        try:
            self.socket.sendall(struct.pack(">H", len(body) + 1) + kind + body)
        except OSError as error:
            raise Lost(str(error)) from error

    def take(self):
        while len(self.data) < 2 or len(self.data) < 2 + struct.unpack_from(">H", self.data)[0]:
            try:
                more = self.socket.recv(65536)
            except socket.timeout:
                raise
            except OSError as error:
                raise Lost(str(error)) from error
            if not more:
                raise Lost("closed")
            self.data += more
        size = struct.unpack_from(">H", self.data)[0]
        kind, body = self.data[2:3], self.data[3:2 + size]
        self.data = self.data[2 + size:]
        return kind, body

    def messages(self, seconds=0.0):
        """Sequenced messages that are there, or come within the time until there is one; their sequence numbers go up by one."""
        found, deadline = [], time.monotonic() + seconds
        while not self.ended:
            left = 0.0 if found else max(0.0, deadline - time.monotonic())
            self.socket.settimeout(max(left, 0.001))
            try:
                kind, body = self.take()
            except socket.timeout:
                if found or time.monotonic() >= deadline:
                    break
                continue
            if kind == b"S":
                found.append((self.next, body))
                self.next += 1
            elif kind == b"Z":
                self.ended = True
            else:
                assert kind in (b"H", b"+"), kind
                self.beats += kind == b"H"
        self.socket.settimeout(PATIENCE)
        if time.monotonic() - self.heard > 0.5 and not self.ended:
            self.heard = time.monotonic()
            self.beaten += 1
            self.packet(b"R")
        return found

    def read(self, count=None):
        """So many sequenced messages, or all until the session ends."""
        found = []

        def whole():
            found.extend(m for _, m in self.messages(0.2))
            return self.ended or (count is not None and len(found) >= count)
        until(whole, f"{count or 'all'} messages")
        return found

    def close(self):
        self.socket.close()


def enter(number, side, quantity, symbol, price, tif="0"):
    return struct.pack(">cIcI8sQ5s14sH", b"O", number, side.encode(), quantity, symbol.ljust(8).encode(), price,
                       (tif + "YPNN").encode(), f"C{number}".ljust(14).encode(), 0)


def cancel(number, quantity=0):
    return struct.pack(">cII", b"X", number, quantity)


class Trader:
    """A participant that keeps all it was told, comes back after a lost connection, and sends again what has no answer."""

    def __init__(self, port, name, password):
        self.port, self.name, self.password = port, name, password
        self.soup, self.stream, self.session, self.number = None, [], "", 0
        self.requests, self.answered = {}, set()
        self.positions, self.cash, self.matches = {}, {}, []

    def connect(self):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.soup = Soup(self.port, self.name, self.password, self.session, len(self.stream) + 1)
                break
            except (OSError, Lost):
                self.soup = None
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        self.session = self.soup.session.strip()
        assert self.soup.next == len(self.stream) + 1, (self.soup.next, len(self.stream))

    def send(self, message):
        try:
            self.soup.packet(b"U", message)
        except Lost:
            self.connect()

    def enter(self, side, quantity, symbol, price, tif="0"):
        self.number += 1
        self.requests[self.number] = (enter(self.number, side, quantity, symbol, price, tif), side, symbol)
        self.send(self.requests[self.number][0])
        return self.number

    def poll(self, seconds=0.0):
        try:
            for sequence, message in self.soup.messages(seconds):
                assert sequence == len(self.stream) + 1
                self.stream.append(message)
                self.obey(message)
        except Lost:
            self.connect()

    def obey(self, message):
        kind = message[:1]
        if kind in b"AJ":
            number = struct.unpack_from(">I", message, 9)[0]
            assert number not in self.answered, f"{self.name}: order {number} answered twice"
            self.answered.add(number)
        elif kind == b"E":
            number, quantity, price, _, match = struct.unpack_from(">IIQcQ", message, 9)
            _, side, symbol = self.requests[number]
            sign = 1 if side == "B" else -1
            self.positions[symbol] = self.positions.get(symbol, 0) + sign * quantity
            self.cash[symbol] = self.cash.get(symbol, 0) - sign * quantity * price
            self.matches.append((match, symbol, quantity, price, side))

    def hear(self, told, what):
        """Reads on until `told()`."""
        def heard():
            if not told():
                self.poll(0.2)
            return told()
        until(heard, f"{self.name}: {what}")

    def settle(self):
        """Sends again what has no answer until everything has one."""
        def settled():
            self.poll(0.2)
            missing = [n for n in self.requests if n not in self.answered]
            for number in missing:
                self.send(self.requests[number][0])
            return not missing
        until(settled, f"{self.name}: answers to all orders")
        self.poll(0.2)


class DropCopy:
    """A reader of executions that comes back after a lost connection, where it was (host/wire/drop_copy.h)."""

    def __init__(self, port, name, password):
        self.port, self.name, self.password = port, name, password
        self.stream, self.positions = [], {}
        self.soup = None

    def poll(self, seconds=0.0):
        try:
            if self.soup is None:
                self.soup = Soup(self.port, self.name, self.password, sequence=len(self.stream) + 1)
            for sequence, m in self.soup.messages(seconds):
                assert sequence == len(self.stream) + 1
                self.stream.append(m)
                self.obey(m)
        except (OSError, Lost):
            self.soup = None

    def read_to(self, sequence):
        def whole():
            if len(self.stream) < sequence:
                self.poll(0.2)
            return len(self.stream) >= sequence
        until(whole, f"{sequence} messages")
        assert len(self.stream) == sequence, (len(self.stream), sequence)

    def obey(self, m):
        kind, _, number, name, _, _, side, symbol, quantity, price, _, _, _, _, _, _ = struct.unpack(">cQI32sI14sc8sIQcQQIIc", m)
        quantity *= (1 if side == b"B" else -1) * (1 if kind == b"E" else -1)
        key = name.decode().strip(), symbol.decode().strip()
        shares, cash = self.positions.get(key, (0, 0))
        self.positions[key] = shares + quantity, cash - quantity * price


class Line:
    """A MoldUDP64 line: messages by sequence number. With a group, one that is joined on the loopback interface."""

    def __init__(self, group=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE: whatever the machine's limit is, as root
        except PermissionError:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.address = group or "127.0.0.1"
        self.socket.bind((self.address, 0))
        self.port = self.socket.getsockname()[1]
        if group:
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                                   socket.inet_aton(group) + socket.inet_aton("127.0.0.1"))
        self.forget()

    def forget(self):
        """All that has come, and what is there yet."""
        self.messages, self.next, self.session, self.ended = {}, 1, None, False
        self.poll()
        self.messages, self.next, self.session, self.ended = {}, 1, None, False

    def poll(self, seconds=0.0, most=1 << 30):
        """Takes packets for so long, at most so many."""
        deadline = time.monotonic() + seconds
        for _ in range(most):
            self.socket.settimeout(max(deadline - time.monotonic(), 0))
            try:
                self.take(self.socket.recv(65536))
            except (socket.timeout, BlockingIOError):
                return

    def take(self, packet):
        session, first, count = struct.unpack_from(">10sQH", packet)
        self.session = session
        if count == 0xFFFF:
            self.ended, count = True, 0
        self.next = max(self.next, first + count)
        at = 20
        for n in range(count):
            size = struct.unpack_from(">H", packet, at)[0]
            message = packet[at + 2:at + 2 + size]
            assert self.messages.setdefault(first + n, message) == message, "another message under its number"
            at += 2 + size
        assert at == len(packet)

    def hear(self, told, what):
        """Takes packets until `told()`."""
        def heard():
            self.poll(0.05)
            return told()
        until(heard, f"line {self.address}:{self.port}: {what}")

    def read_to(self, sequence):
        """Until the message before this one has come, or what comes says that there is one."""
        self.hear(lambda: self.next >= sequence, f"message {sequence - 1}")

    def missing(self):
        return [n for n in range(1, self.next) if n not in self.messages]

    def ask(self, port):
        """Fetches what is missing from the re-request server."""
        for _ in range(10_000):
            missing = self.missing()
            if not missing:
                return
            request = struct.pack(">10sQH", self.session, missing[0], min(len(missing), 1000))
            self.socket.sendto(request, ("127.0.0.1", port))
            self.poll(0.2, 1)
        raise AssertionError(f"still missing: {self.missing()[:5]}")


# ITCH 5.0: what the books are, from the messages of a tape or a snapshot.
class Books:
    def __init__(self):
        self.orders = {}

    def message(self, m):
        kind = m[:1]
        if kind in b"AF":
            reference, side, shares, _, price = struct.unpack_from(">QcI8sI", m, 11)
            self.orders[reference] = [side, shares, struct.unpack_from(">H", m, 1)[0], price]
        elif kind in b"EX":
            self.take(*struct.unpack_from(">QI", m, 11))
        elif kind == b"C":
            self.take(*struct.unpack_from(">QI", m, 11))
        elif kind == b"D":
            del self.orders[struct.unpack_from(">Q", m, 11)[0]]
        elif kind == b"U":
            old, new, shares, price = struct.unpack_from(">QQII", m, 11)
            side, _, locate, _ = self.orders.pop(old)
            self.orders[new] = [side, shares, locate, price]

    def take(self, reference, shares):
        self.orders[reference][1] -= shares
        if self.orders[reference][1] == 0:
            del self.orders[reference]


class Meddler:
    """Stands between clients and an OUCH port, and tells one fill of all wrong: after so many, in the way `fault` says."""

    def __init__(self, port, fault, after):
        self.to, self.fault, self.left, self.done = port, fault, after, False
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)  # accept() returns
        except OSError:
            pass
        self.listener.close()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            venue = socket.create_connection(("127.0.0.1", self.to))
            threading.Thread(target=self.carry, args=(client, venue, lambda data: (data, b"")), daemon=True).start()
            threading.Thread(target=self.carry, args=(venue, client, self.packets), daemon=True).start()

    def carry(self, source, sink, change):
        data = b""
        try:
            while more := source.recv(65536):
                changed, data = change(data + more)
                sink.sendall(changed)
        except OSError:
            pass
        for s in (source, sink):
            try:
                s.shutdown(socket.SHUT_RDWR)  # the other direction ends too
            except OSError:
                pass
        source.close()

    def packets(self, data):
        """What is handed on of whole packets, and the rest."""
        out, at = b"", 0
        while len(data) >= at + 2 and len(data) >= at + 2 + struct.unpack_from(">H", data, at)[0]:
            size = struct.unpack_from(">H", data, at)[0]
            out += self.packet(data[at:at + 2 + size])
            at += 2 + size
        return out, data[at:]

    def packet(self, p):
        if p[2:4] != b"SE" or self.fault is None:
            return p
        with self.lock:
            self.left -= 1
            if self.left != 0:
                return p
            self.done = True
        message = bytearray(p[3:])
        if self.fault == "shares":
            struct.pack_into(">I", message, 13, struct.unpack_from(">I", message, 13)[0] + 1)
        elif self.fault == "price":
            struct.pack_into(">Q", message, 17, struct.unpack_from(">Q", message, 17)[0] + 100)
        elif self.fault == "swallowed":
            message = b"S" + message[1:9] + b"S"  # a system event in its place, so that sequence numbers agree
        again = b""
        if self.fault == "twice":
            other = bytearray(message)
            struct.pack_into(">Q", other, 26, 1 << 60)
            again = struct.pack(">H", len(other) + 1) + b"S" + other
        return struct.pack(">H", len(message) + 1) + b"S" + bytes(message) + again
