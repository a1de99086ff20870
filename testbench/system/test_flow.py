"""`twinpath flow`: participants that trade at a venue, whose books are the venue's whatever happened to either process."""

import random
import re
import signal
import struct
import subprocess
import time
import unittest

from command import PATIENCE
from venue_client import Line, Meddler, Soup
from venue_fixture import VenueTest, free_ports


class Flow(VenueTest):
    participants = 10  # two makers, a follower, two at random, twice

    def sample(self, *arguments):
        """A venue of the sample configuration runs."""
        self.ports = free_ports(5)
        self.run_command("venue", "--config-out", "venue.toml", "--symbols", "3", "--participants", self.participants,
                         "--port", self.ports, *arguments)
        self.start("-q")

    def begin_flow(self, *arguments):
        flow = subprocess.Popen([self.command, "flow", "--config", "venue.toml", *map(str, arguments)], cwd=self.folder,
                                text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(flow.communicate)
        self.addCleanup(flow.kill)
        return flow

    def assert_flat(self):
        """Nobody has an order left, and the venue's own books add up."""
        for n in range(1, self.participants + 1):
            self.assertEqual(self.control("positions", f"P{n:03}")["open_orders"], 0)
        self.control("check")

    def test_trades_at_a_venue_of_the_sample_configuration(self):
        self.sample()
        for seed in (1, 2):  # the second one finds what the first has left
            done = self.run_command("flow", "--config", "venue.toml", "--seed", seed, "--rate", "500", "--messages", "1500")
            self.assertIn("reconciled: every position is the venue's", done.stdout)
            self.assertGreater(int(re.search(r"(\d+) fills", done.stdout.splitlines()[-2]).group(1)), 50)
            self.assertRegex(done.stderr, r"flow: 10 of 10 trading, \d+ messages, \d+ fills; \w+ \d+\.\d\d, ")
        self.assert_flat()
        # What a reader of one participant's stream makes of it is what the venue says.
        shares, cash, orders = {}, {}, {}
        copy = Soup(self.ports, "DROP1", "readonly")
        self.addCleanup(copy.close)
        for m in copy.read(self.control("positions", "P001")["sequence"]):
            if m[:1] == b"A":
                number, side, _, symbol = struct.unpack_from(">IcI8s", m, 9)
                orders[number] = (1 if side == b"B" else -1, symbol.decode().strip())
            elif m[:1] == b"E":
                number, quantity, price = struct.unpack_from(">IIQ", m, 9)
                sign, symbol = orders[number]
                shares[symbol] = shares.get(symbol, 0) + sign * quantity
                cash[symbol] = cash.get(symbol, 0) - sign * quantity * price
        self.assertEqual({s: {"shares": shares[s], "cash": cash[s]} for s in shares},
                         self.control("positions", "P001")["positions"])
        self.stop()

    def test_equal_seeds_make_equal_markets_in_turn(self):
        runs = []
        for seed in (7, 7, 8):
            self.sample()
            done = self.run_command("flow", "--config", "venue.toml", "--seed", seed, "--in-turn", "--messages", "1500",
                                    "--rate", "1000000", "-q")
            self.assertEqual(done.stdout, "")
            line = Line()
            self.addCleanup(line.socket.close)
            line.session, line.next = b"TWINPATH01", self.control("hash")["tape"] + 1
            line.ask(self.ports + 2)
            # All but the times.
            runs.append([line.messages[n][:5] + line.messages[n][11:] for n in range(1, line.next)])
            self.stop()
            for left in ("venue-journal", "venue.toml"):
                subprocess.run(["rm", "-r", left], cwd=self.folder, check=True)
        self.assertGreater(len(runs[0]), 1500)
        self.assertEqual(runs[0], runs[1])
        self.assertNotEqual(runs[0], runs[2])

    def test_reconciles_when_the_venue_is_killed_three_times(self):
        self.sample()
        flow = self.begin_flow("--rate", 500, "--for", 600)

        def wait_until(told):
            while line := flow.stderr.readline():
                if re.search(told, line):
                    return
            self.fail(f"the flow ended: {flow.communicate()}")

        wait_until("10 of 10 trading, [1-9]")
        for _ in range(3):
            time.sleep(random.random())
            self.kill()
            wait_until(" 0 of 10 trading")
            self.start("-q")
            wait_until("10 of 10 trading")
        self.until(lambda: self.control("status")["trades"] > 100, "trades")
        flow.send_signal(signal.SIGINT)  # it winds down, and says whether all is well
        out, error = flow.communicate(timeout=4 * PATIENCE)
        self.assertEqual(flow.returncode, 0, error)
        self.assertIn("reconciled", out)
        self.assertEqual(re.search(r"(\d+) logins", out).group(1), str(4 * self.participants))
        self.assert_flat()

    def test_reconciles_when_it_is_killed_itself_and_with_the_venue(self):
        self.sample()
        for both in (False, True, False):
            trades = self.control("status")["trades"]
            flow = self.begin_flow("--rate", 500, "--for", 600)
            self.until(lambda: self.control("status")["trades"] > trades + 40, "trades")
            time.sleep(random.random())
            if both:
                self.kill()
            flow.kill()
            flow.communicate()
            if both:
                self.start("-q")
        trades = self.control("status")["trades"]
        done = self.run_command("flow", "--config", "venue.toml", "--rate", "500", "--messages", "500")
        self.assertIn("reconciled", done.stdout)
        # The trades of those that were killed were reconciled too.
        fills = int(re.search(r"(\d+) fills, \d+ logins", done.stdout).group(1))
        self.assertGreaterEqual(fills, 2 * trades)
        self.assert_flat()

    def test_a_venue_that_tells_them_wrong_is_noticed(self):
        self.sample()
        text = (self.folder / "venue.toml").read_text()
        faults = {
            None: (0, ""),
            "shares": (1, r"P\d+: .*: we have -?\d+ shares and cash of"),
            "price": (1, r"P\d+: .*: we have -?\d+ shares and cash of"),
            "twice": (1, r"P\d+: message \d+ is the last of its stream, and \d+ the last that it heard"),
            "swallowed": (1, "some orders were open or unanswered at the end"),
        }
        for fault, (status, told) in faults.items():
            with self.subTest(fault=fault):
                meddler = Meddler(self.ports, fault, after=20)
                self.addCleanup(meddler.close)
                (self.folder / "meddled.toml").write_text(
                    text.replace(f'"127.0.0.1:{self.ports}"', f'"127.0.0.1:{meddler.port}"', 1))
                done = subprocess.run([self.command, "flow", "--config", "meddled.toml", "--rate", "500", "--messages", "750",
                                       "-q"], cwd=self.folder, text=True, capture_output=True, timeout=4 * PATIENCE)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertRegex(done.stderr, told or "^$")
                self.assertEqual(meddler.done, fault is not None)
                meddler.close()
        # The venue itself is well: who reads its streams from their beginning agrees with it.
        self.run_command("flow", "--config", "venue.toml", "--messages", "250", "-q")
        self.assert_flat()


if __name__ == "__main__":
    unittest.main()
