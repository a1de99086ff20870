"""A FIX client that shares no code with the venue: sessions of FIX 4.2 and 4.4, and a participant's orders over them."""

import datetime
import itertools
import re
import socket
import time

from command import PATIENCE, until
from venue_client import Lost

SOH = "\x01"


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d-%H:%M:%S.%f")[:-3]


def encode(version, fields):
    body = "".join(f"{tag}={value}{SOH}" for tag, value in fields)
    text = f"8={version}{SOH}9={len(body)}{SOH}{body}".encode("latin-1")
    return text + f"10={sum(text) % 256:03}{SOH}".encode()


class FixSession:
    """Keeps what it sent and how far it heard: a lost connection, or a killed venue, costs no message."""

    def __init__(self, port, name, password, version="FIX.4.2", venue="TWINPATH"):
        self.port, self.name, self.password, self.version, self.venue = port, name, password, version, venue
        self.sent = {}  # by MsgSeqNum: type, fields, SendingTime; application messages only
        self.next_out, self.next_in = 1, 1
        self.socket, self.data, self.asked, self.heartbeats = None, b"", 0, set()

    def header(self, kind, number, *more):
        return [(35, kind), (34, number), (49, self.name), (56, self.venue), (52, now()), *more]

    def connect_once(self):
        self.close()
        try:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        except OSError as error:
            raise Lost(str(error)) from error
        self.data, self.asked, self.logged_on = b"", 0, False
        secret = [(554, self.password)] if self.version == "FIX.4.4" else [(95, len(self.password)), (96, self.password)]
        self.admin("A", (98, 0), (108, 30), *secret)
        until(lambda: self.take(0.1) or self.logged_on, f"{self.name}: a logon")

    def connect(self):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.connect_once()
            except Lost:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def close(self):
        if self.socket is not None:
            self.socket.close()
        self.socket = None

    def put(self, data):
        try:
            self.socket.sendall(data)
        except (OSError, AttributeError) as error:
            raise Lost(str(error)) from error

    def write(self, fields):
        self.put(encode(self.version, fields))

    def admin(self, kind, *fields):
        number, self.next_out = self.next_out, self.next_out + 1
        self.write([*self.header(kind, number), *fields])

    def send(self, kind, *fields):
        """Once it has a number it will be sent: now, or when the venue misses it."""
        number, self.next_out = self.next_out, self.next_out + 1
        self.sent[number] = (kind, fields, now())
        self.write([*self.header(kind, number), *fields])

    def resend(self, first, last):
        for number in range(first, self.next_out if last == 0 else min(last + 1, self.next_out)):
            if number in self.sent:
                kind, fields, when = self.sent[number]
                self.write([*self.header(kind, number, (43, "Y"), (122, when)), *fields])
            else:
                self.write([*self.header("4", number, (43, "Y"), (122, now())), (123, "Y"), (36, number + 1)])

    def take(self, seconds=0.0):
        """Obeys what is there, or comes within the time."""
        deadline = time.monotonic() + seconds
        while True:
            while m := re.match(rb"8=[^\x01]*\x019=(\d+)\x01", self.data):
                size = m.end() + int(m.group(1)) + 7
                if len(self.data) < size:
                    break
                text, self.data = self.data[:size], self.data[size:]
                assert sum(text[:-7]) % 256 == int(text[-4:-1]), text
                self.message([(int(t), v) for t, _, v in (f.partition("=") for f in text.decode("latin-1").split(SOH)[:-1])])
                deadline = 0
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                more = self.socket.recv(65536)
            except socket.timeout:
                return
            except OSError as error:
                raise Lost(str(error)) from error
            if not more:
                raise Lost("closed")
            self.data += more

    def listen(self):
        """Obeys what comes until the connection is lost."""
        until(lambda: self.take(0.2), f"{self.name}: the end of the connection")

    def message(self, fields):
        m = dict(fields)
        kind, number = m[35], int(m[34])
        assert m[8] == self.version and m[49] == self.venue and m[56] == self.name, m
        if kind == "A":
            self.logged_on = True
        if number > self.next_in:
            if kind == "2":
                self.resend(int(m[7]), int(m[16]))
            if self.asked != self.next_in:
                self.asked = self.next_in
                self.admin("2", (7, self.next_in), (16, 0))
            return
        if number < self.next_in:
            assert m.get(43) == "Y", f"{self.name}: {m} after {self.next_in - 1}"
            return
        self.next_in = int(m[36]) if kind == "4" else number + 1
        if kind == "1":
            self.admin("0", (112, m[112]))
        elif kind == "2":
            self.resend(int(m[7]), int(m[16]))
        elif kind == "0" and 112 in m:
            self.heartbeats.add(m[112])
        elif kind == "5":
            raise Lost("logged out")
        elif kind not in "A04":
            self.heard(kind, m)

    def heard(self, kind, m):
        raise AssertionError(f"{self.name}: unexpected {kind}: {m}")


class FixTrader(FixSession):
    """A participant: its orders by the names they have now, positions and cash as the reports have it."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.numbers = itertools.count(1)
        self.orders, self.unanswered, self.exec_ids, self.last = {}, {}, set(), None
        self.positions, self.cash, self.kinds = {}, {}, {}

    def request(self, kind, *fields):
        name = f"{self.name[0]}{next(self.numbers)}"
        self.unanswered[name] = kind
        try:
            self.send(kind, (11, name), *fields, (60, now()))
        except Lost:
            self.connect()
        return name

    def enter(self, side, quantity, symbol, price, tif="0"):
        return self.request("D", (21, 1), (55, symbol), (54, 1 if side == "B" else 2), (38, quantity), (40, 2),
                            (44, price / 10000), (59, tif))

    def cancel(self, name):
        o = self.orders[name]
        return self.request("F", (41, name), (55, o[55]), (54, o[54]))

    def replace(self, name, quantity, price):
        o = self.orders[name]
        return self.request("G", (41, name), (21, 1), (55, o[55]), (54, o[54]), (38, quantity), (40, 2),
                            (44, price / 10000), (59, o[59]))

    def heard(self, kind, m):
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        self.last = m
        name = m.get(11)
        if kind == "9":
            assert self.unanswered.pop(name, None) in ("F", "G"), f"{self.name}: {m}"
            return
        assert kind == "8", f"{self.name}: {m}"
        assert m[17] not in self.exec_ids, f"{self.name}: told twice: {m}"
        self.exec_ids.add(m[17])
        self.unanswered.pop(name, None)
        self.orders.pop(m.get(41), None)
        self.orders.pop(name, None)
        if int(m[151]) != 0:
            self.orders[name] = m
        quantity = int(m.get(32, 0))
        if quantity != 0:
            broken = m.get(20) == "1" or m[150] == "H"
            sign = (1 if m[54] == "1" else -1) * (-1 if broken else 1)
            self.positions[m[55]] = self.positions.get(m[55], 0) + sign * quantity
            self.cash[m[55]] = self.cash.get(m[55], 0) - sign * quantity * round(float(m[31]) * 10000)

    def poll(self, seconds=0.0):
        try:
            self.take(seconds)
        except Lost:
            self.connect()

    def settle(self):
        """Everything has an answer, and all that the venue had to say before that has come."""
        deadline = time.monotonic() + 2 * PATIENCE
        asked = ""
        while self.unanswered or asked not in self.heartbeats:
            assert time.monotonic() < deadline, f"{self.name}: no answer to {self.unanswered}, {asked}"
            try:
                if not self.unanswered and not asked:
                    asked = f"settled{next(self.numbers)}"
                    self.admin("1", (112, asked))
                self.take(0.2)
            except Lost:
                self.connect()
                asked = ""
