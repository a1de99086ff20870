"""`twinpath run` that comes late to a real venue, and falls far behind: its books begin with a snapshot and are the venue's."""

import json
import random
import re
import select
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest

from venue_client import Books, Meddler, Soup
from venue_fixture import SYMBOLS, VenueTest, free_ports

BEYOND = 200  # messages that are missing at once: more are not asked for


class Relay:
    """Carries the venue's lines to where the run listens, while it is on; what it carried is counted, and the sequence number
    behind it kept (MoldUDP64: session, number, count)."""

    def __init__(self, lines):
        self.sockets = [line.socket for line in lines]
        first = free_ports(2)
        self.ports = (first, first + 1)
        self.on, self.sent, self.next, self.ended = False, 0, 0, False
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.thread = threading.Thread(target=self.carry, daemon=True)
        self.thread.start()

    def carry(self):
        while not self.ended:
            for s in select.select(self.sockets, [], [], 0.05)[0]:
                packet = s.recv(65536)
                if self.on:
                    self.sender.sendto(packet, ("127.0.0.1", self.ports[self.sockets.index(s)]))
                    self.sent += 1
                    number, count = struct.unpack_from(">QH", packet, 10)
                    self.next = max(self.next, number + count % 0xFFFF)

    def close(self):
        self.ended = True
        self.thread.join()
        self.sender.close()


class WrongSnapshot(Meddler):
    """Changes the shares of one order of a snapshot."""

    def __init__(self, port):
        super().__init__(port, None, 0)

    def packet(self, p):
        if p[2:4] != b"SA" or self.done:
            return p
        self.done = True
        return p[:3 + 23] + bytes([p[3 + 23] ^ 1]) + p[3 + 24:]  # the shares' last byte


class LateJoiner(VenueTest):
    def setUp(self):
        super().setUp()
        self.relay = Relay(self.lines)
        self.addCleanup(self.relay.close)
        self.run_process, self.rng = None, random.Random(4)
        self.addCleanup(lambda: self.run_process and self.run_process.poll() is None and self.run_process.kill())

    def market(self, count):
        """Orders of two traders in AAPL, within 5 cents of its reference; as many messages as that makes."""
        before = self.control("hash")["tape"]
        for _ in range(count):
            trader = self.rng.choice(self.desks)
            trader.enter(self.rng.choice("BS"), 100 * self.rng.randrange(1, 5), "AAPL", 1_000_000 + 100 * self.rng.randrange(-5, 6))
        self.settle(*self.desks)
        return self.control("hash")["tape"] - before

    def trader_config(self, glimpse):
        a, b = self.relay.ports
        text = f"""
[clock]
frequency_mhz = 322.265625
[feed]
line_a = "127.0.0.1:{a}"
line_b = "127.0.0.1:{b}"
first_sequence = 0
gap_timeout_us = 12000000
[session]
any_session = true
symbols_start_trading = false
[order]
destination_mac = "02:00:00:00:00:02"
source_mac = "02:00:00:00:00:01"
destination = "127.0.0.1:{self.udp}"
source = "127.0.0.1:40000"
time_in_force = "3"
[risk]
max_gross = "2000000.00"
max_open_orders = 10
rate_per_second = 0
[defaults.rules.take]
quantity = 100
edge = "1.00"
sides = "buy"
[defaults.limits]
permit = "buy"
max_quantity = 100
max_notional = "50000.00"
max_position = 100
collar = "5.00"
[live]
from = "udp:127.0.0.1:{a},127.0.0.1:{b}"
control = "run.sock"
record = "record.pcap"
arm_lag_ms = 1000
stop_timeout_ms = 20000
[exchange]
address = "127.0.0.1:{self.ouch}"
account = "LATE"
password = "late"
journal = "exchange"
orders = "session"
start_timeout_s = 60
[recovery]
rerequest = "127.0.0.1:{self.requests}"
glimpse = "127.0.0.1:{glimpse}"
account = "LATE"
password = "late"
snapshot_beyond = {BEYOND}
"""
        for name, (locate, reference) in SYMBOLS.items():
            text += (f'[[symbol]]\nname = "{name}"\nlocate = {locate}\nwindow_center = "{reference // 10000}"\n'
                     f'limits.reference_price = "{reference // 10000}"\nrules.take.fair = "{reference // 10000}"\n')
        (self.folder / "run.toml").write_text(text)

    def start_run(self, glimpse):
        self.trader_config(glimpse)
        self.relay.on = False
        self.run_process = subprocess.Popen([self.command, "run", "--config", "run.toml"], cwd=self.folder, text=True,
                                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        # It listens: from here on it has every packet that the relay carries.
        self.status_with(lambda s: True, phases=("exchange", "snapshot", "trading"))
        self.relay.sent, self.relay.on = 0, True
        return self.status_with(lambda s: s["armed"])

    def status_with(self, what, seconds=60, phases=("trading",)):
        deadline = time.monotonic() + seconds
        status = None
        while time.monotonic() < deadline:
            if self.run_process.poll() is not None:
                self.fail(f"the run ended: {self.run_process.communicate()}")
            done = subprocess.run([self.command, "control", "run.sock", "status"], cwd=self.folder, text=True, capture_output=True)
            if done.returncode == 0:
                status = json.loads(done.stdout)
                if status["phase"] in phases and what(status):
                    return status
            time.sleep(0.02)
        self.fail(f"waited in vain: {status}")

    def end_run(self):
        """When it has had all that the lines brought."""
        tape = self.control("hash")["tape"]
        self.until(lambda: self.relay.next > tape, "the relay to carry the last message")
        self.status_with(lambda s: s["inputs"][0]["frames"] >= self.relay.sent)
        self.assertEqual(self.control("hash")["tape"], tape)
        self.run_process.send_signal(signal.SIGTERM)
        out, error = self.run_process.communicate(timeout=60)
        self.assertEqual(self.run_process.returncode, 0, out + error)
        return out

    def books_of_the_run(self, record):
        """By symbol, from what its last path was given: both sides' levels, best first."""
        books = {}
        for name in SYMBOLS:
            out = self.run_command("inspect", record, "--config", "run.toml", "--books", "--symbol", name).stdout
            rows = out[out.index("offers"):].splitlines()[1:]
            sides = [], []
            for row in rows:
                for side, text in zip(sides, (row[:25], row[25:])):
                    if m := re.search(r"(\d+) @ +([\d.]+)", text):
                        side.append((int(m[1]), round(float(m[2]) * 10_000)))
            books[name] = sides
        return books

    def books_of_the_venue(self):
        books, levels = Books(), {}
        for _, message in Soup(self.glimpse, "D1", "read").messages(5):
            books.message(message)
        for side, shares, locate, price in books.orders.values():
            at = levels.setdefault(locate, ({}, {}))[side != b"B"]
            at[price] = at.get(price, 0) + shares
        return {name: tuple([(q, p) for p, q in sorted(side.items(), reverse=side is sides[0])] for side in sides)
                for name, (locate, _) in SYMBOLS.items() for sides in (levels[locate],)}

    def test_books_are_the_venues_and_only_what_came_later_is_asked_for(self):
        self.configure('[[participant]]\nname = "late"\nlogin = "LATE"\npassword = "late"\n')
        self.start()
        self.desks = one, two = self.traders()
        # Offered before anybody looks, at a price that is worth taking.
        offered = one.enter("S", 300, "MSFT", 1_985_000)
        two.enter("B", 200, "MSFT", 1_980_000)
        self.market(150)
        status = self.start_run(self.glimpse)
        self.assertGreater(status["recovery"]["snapshot_messages"], 20)
        self.assertEqual((status["recovery"]["requests"], status["recovery"]["books_made_anew"], status["counters"]["orders"]),
                         (0, 0, 0))
        # The offer changes, and is taken: where it was entered is only in the snapshot.
        two.enter("S", 100, "MSFT", 1_985_000)
        self.status_with(lambda s: s["positions"] == {"MSFT": 100})
        self.settle(one, two)
        self.assertEqual(one.matches[-1][1:4], ("MSFT", 100, 1_985_000))
        self.assertIn(offered, one.answered)
        # A short gap is asked for.
        self.relay.on = False
        self.assertLess(self.market(30), BEYOND)
        self.relay.on = True
        self.market(5)
        status = self.status_with(lambda s: s["recovery"]["answers"] > 0 and s["armed"])
        asked = status["recovery"]["requests"]
        self.assertEqual(status["recovery"]["books_made_anew"], 0)
        # A long one is not: another path begins on another snapshot.
        self.relay.on = False
        self.assertGreater(self.market(BEYOND), BEYOND)
        self.relay.on = True
        self.market(5)
        status = self.status_with(lambda s: s["recovery"]["books_made_anew"] == 1 and s["armed"])
        self.assertEqual(status["recovery"]["requests"], asked)
        self.assertEqual(status["positions"], {"MSFT": 100})
        self.market(20)
        out = self.end_run()
        self.assertIn("books made anew 1 times", out)
        books = self.books_of_the_venue()
        self.assertGreater(len(books["AAPL"][0]) + len(books["AAPL"][1]), 2)
        self.assertEqual(self.books_of_the_run("record-2.pcap"), books)
        self.assertEqual(self.control("positions", "late")["positions"]["MSFT"]["shares"], 100)
        # Deliberate fault: one order of the snapshot has other shares.
        wrong = WrongSnapshot(self.glimpse)
        self.addCleanup(wrong.close)
        self.start_run(wrong.port)
        self.end_run()
        self.assertTrue(wrong.done)
        self.assertNotEqual(self.books_of_the_run("record.pcap"), books)
        self.assertEqual(self.books_of_the_venue(), books)
        self.stop()


if __name__ == "__main__":
    unittest.main()
