"""What tests of `twinpath venue` as a process share: its configuration, its process, its control socket, its traders."""

import json
import random
import socket
import subprocess

from command import PATIENCE, SystemTest
from venue_client import Line, Trader

SYMBOLS = {"AAPL": (7, 1_000_000), "MSFT": (9, 2_000_000)}


RESERVED = []  # as long as this process lives


def free_ports(count):
    """The first of so many ports in a row that nobody has, TCP and UDP, and that stay ours until this process ends, though the
    venue may come and go: they lie below those that the kernel gives to connections, and each is taken by a name that other
    tests take too."""
    while True:
        first = random.randrange(10_000, 32_000)
        taken = []
        try:
            for port in range(first, first + count):
                name = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                taken.append(name)
                name.bind(f"\0twinpath-test-port-{port}")
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    with socket.socket(socket.AF_INET, kind) as s:
                        s.bind(("127.0.0.1", port))
        except OSError:
            for name in taken:
                name.close()
            continue
        RESERVED.extend(taken)
        return first


class VenueTest(SystemTest):
    groups = (None, None)  # that the lines are sent to; else by unicast

    def setUp(self):
        super().setUp()
        self.lines = [Line(group) for group in self.groups]
        for line in self.lines:
            self.addCleanup(line.socket.close)
        first = free_ports(4)
        self.ouch, self.glimpse, self.requests, self.udp = range(first, first + 4)
        self.process = None
        self.addCleanup(self.kill)

    def configure(self, extra="", ouch="", venue="", feed=""):
        text = f"""
[venue]
journal = "journal"
control = "venue.sock"
stats = "stats"
{venue}
[ouch]
listen = "127.0.0.1:{self.ouch}"
{ouch}
[glimpse]
listen = "127.0.0.1:{self.glimpse}"
[rerequest]
listen = "127.0.0.1:{self.requests}"
[feed]
line_a = "{self.lines[0].address}:{self.lines[0].port}"
line_b = "{self.lines[1].address}:{self.lines[1].port}"
heartbeat_ms = 50
{feed}
"""
        for name, (locate, reference) in SYMBOLS.items():
            text += f'[[symbol]]\nname = "{name}"\nlocate = {locate}\nreference = "{reference // 10000}"\n'
        for n in (1, 2):
            text += f'[[participant]]\nname = "desk{n}"\nfirm = "F{n}"\nlogin = "T{n}"\npassword = "pass{n}"\n'
            text += "cancel_on_disconnect = false\n"
            if n == 1:
                text += f'udp = "127.0.0.1:{self.udp}"\n'
        text += '[[drop_copy]]\nlogin = "D1"\npassword = "read"\nparticipant = "desk1"\n'
        text += '[[drop_copy]]\nlogin = "D2"\npassword = "read"\nfirm = "F2"\n'
        (self.folder / "venue.toml").write_text(text + extra)

    def start(self, *arguments):
        self.process = subprocess.Popen([self.command, "venue", "--config", "venue.toml", *arguments], cwd=self.folder,
                                        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        def status():
            if self.process.poll() is not None:
                self.fail(f"the venue ended: {self.process.communicate()}")
            try:
                return self.control("status")
            except subprocess.CalledProcessError:
                return None
        return self.until(status, "an answer of the venue")

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def stop(self):
        self.control("stop")
        out, error = self.process.communicate(timeout=2 * PATIENCE)
        self.assertEqual(self.process.returncode, 0, error)
        return out

    def control(self, *words):
        done = subprocess.run([self.command, "control", "venue.sock", "--timeout", str(PATIENCE), *map(str, words)], cwd=self.folder,
                              text=True, capture_output=True, timeout=2 * PATIENCE)
        if done.returncode != 0:
            raise subprocess.CalledProcessError(done.returncode, words, done.stdout, done.stderr)
        return json.loads(done.stdout) if done.stdout else {}

    def traders(self):
        both = [Trader(self.ouch, f"t{n}", f"pass{n}") for n in (1, 2)]
        for t in both:
            t.connect()
        return both

    def trade(self, trader, rng):
        symbol = rng.choice(list(SYMBOLS))
        price = SYMBOLS[symbol][1] + 100 * rng.randrange(-5, 6)
        trader.enter(rng.choice("BS"), 100 * rng.randrange(1, 5), symbol, price, rng.choice("0003"))
        for line in self.lines:
            line.poll()  # before what nobody takes is dropped

    def settle(self, *traders):
        """Everything has an answer, and everybody has heard what the others' orders did to them."""
        for t in traders:
            t.settle()
        for t in traders:
            wanted = self.control("positions", f"desk{t.name[-1]}")["sequence"]
            t.hear(lambda: len(t.stream) >= wanted, f"message {wanted} of its stream")

    def assert_reconciled(self, traders):
        """Both sides' ledgers agree, and the streams are those of a reader from their beginning."""
        for n, t in enumerate(traders, 1):
            venue = self.control("positions", f"desk{n}")
            ours = {s: {"shares": t.positions[s], "cash": t.cash[s]} for s in t.positions
                    if t.positions[s] != 0 or t.cash[s] != 0}
            self.assertEqual(venue["positions"], ours)
            self.assertEqual(venue["sequence"], len(t.stream))
            self.assertEqual(venue["last_user_ref"], t.number)
        # A trade between two orders of one trader is told to it twice.
        a, b = ([m[:4] for m in t.matches] for t in traders)
        self.assertEqual({m for m in a if a.count(m) == 1}, {m for m in b if b.count(m) == 1})
        self.control("check")
