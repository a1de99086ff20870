"""FIX clients of `twinpath venue` as a process: they trade with those of OUCH, misbehave, and outlive its end."""

import random
import socket
import time
import unittest

from command import PATIENCE
from fix_client import FixSession, FixTrader, encode, now
from venue_client import Lost, Soup
from venue_fixture import SYMBOLS, VenueTest, free_ports


class VenueFix(VenueTest):
    def setUp(self):
        super().setUp()
        self.fix = free_ports(1)

    def configure_fix(self, fix="", cancel="false"):
        extra = f'[fix]\nlisten = "127.0.0.1:{self.fix}"\nfolder = "fix"\n{fix}\n'
        for n, version in ((3, "4.2"), (4, "4.4")):
            extra += (f'[[participant]]\nname = "desk{n}"\nfix_comp_id = "FIX{n}"\nfix_version = "{version}"\n'
                      f'password = "pass word{n}"\ncancel_on_disconnect = {cancel}\n')
        extra += '[[drop_copy]]\nlogin = "D3"\npassword = "read"\nparticipant = "desk3"\n'
        self.configure(extra)

    def fix_traders(self):
        both = [FixTrader(self.fix, f"FIX{n}", f"pass word{n}", version) for n, version in ((3, "FIX.4.2"), (4, "FIX.4.4"))]
        for t in both:
            t.connect()
        return both

    def assert_positions(self, traders):
        for t in traders:
            venue = self.control("positions", f"desk{t.name[-1]}")
            ours = {s: {"shares": t.positions[s], "cash": t.cash[s]} for s in t.positions
                    if t.positions[s] != 0 or t.cash[s] != 0}
            self.assertEqual(venue["positions"], ours)
            if isinstance(t, FixTrader):
                self.assertEqual(venue["open_orders"], len(t.orders), t.orders)
        self.control("check")

    def test_fix_and_ouch_clients_trade_with_each_other(self):
        self.configure_fix()
        self.start()
        one, _ = self.traders()
        three, four = self.fix_traders()
        resting = one.enter("S", 300, "AAPL", 1_000_100)
        one.settle()
        three.enter("B", 100, "AAPL", 1_000_100)
        name = four.enter("B", 150, "AAPL", 1_000_200)
        for t in (three, four):
            t.settle()
        self.assertEqual((three.last[150], three.last[39], three.last[31]), ("2", "2", "100.01"))
        self.assertEqual((four.last[150], four.last[39], four.last[31]), ("F", "2", "100.01"))
        self.assertNotIn(name, four.orders)
        one.hear(lambda: len(one.matches) == 2, "both trades")
        self.assertEqual((one.positions, resting), ({"AAPL": -250}, 1))
        self.assert_positions([three, four])
        copy = Soup(self.ouch, "D3", "read")
        self.assertEqual([m[:1] for m in copy.read(3)], [b"S", b"A", b"E"])
        # A trade is taken back, and a participant cut off.
        self.control("bust", one.matches[1][0])
        four.settle()
        self.assertEqual((four.last[150], four.positions), ("H", {"AAPL": 0}))
        self.assertTrue(self.control("positions", "desk3")["connected"])
        self.control("kick", "desk3")
        with self.assertRaises(Lost):
            three.listen()
        status = self.control("status")
        self.assertEqual((status["trades"], status["ports"]["FIX"]["accepted"]), (2, 2))
        report = self.stop()
        self.assertRegex(report, r"FIX sessions: 2 logons, 2 messages received, 5 messages sent\n")
        self.assertRegex(self.run_command("top", "stats", "--once").stdout, r"FIX: logons +2\b")

    def test_2000_requests_of_four_clients_outlive_lost_connections_and_killed_venues(self):
        self.configure_fix()
        self.start("-q")
        rng = random.Random(11)
        ouch, fix = self.traders(), self.fix_traders()
        cuts = kills = 0
        asked = 0
        for step in range(2000):
            t = rng.choice(ouch + fix)
            if t in ouch:
                self.trade(t, rng)
            else:
                symbol = rng.choice(list(SYMBOLS))
                price = SYMBOLS[symbol][1] + 100 * rng.randrange(-5, 6)
                live = list(t.orders)
                what = rng.random() if live else 1
                if what < 0.15:
                    t.cancel(rng.choice(live))
                elif what < 0.35:
                    name = rng.choice(live)
                    t.replace(name, rng.randrange(1, 900), SYMBOLS[t.orders[name][55]][1] + 100 * rng.randrange(-5, 6))
                else:
                    t.enter(rng.choice("BS"), 100 * rng.randrange(1, 5), symbol, price, rng.choice("0003"))
                asked += 1
                if asked % 50 == 0:
                    t.close()
                    cuts += 1
                    t.connect()
            if rng.random() < 0.3:
                t.poll()
            if step % 400 == 399:
                time.sleep(rng.random() * 0.01)
                self.kill()
                kills += 1
                self.assertGreater(self.start("-q")["replayed"], 0)
        for t in fix:
            t.settle()
        self.settle(*ouch)
        for t in fix:
            t.settle()  # what settling the others has caused
        self.assert_positions(fix + ouch)
        self.assertEqual(kills, 5)
        self.assertGreater(cuts, 10)
        self.assertTrue(all(t.kinds["8"] > 500 for t in fix), [t.kinds for t in fix])
        told = sum(len(t.exec_ids) for t in fix)
        print(f"{cuts} connections cut, {kills} venues killed; {told} FIX reports, each told once; "
              f"{self.control('status')['trades']} trades")
        self.stop()

    def test_orders_of_a_lost_client_are_cancelled(self):
        self.configure_fix("return_within_s = 1\n", cancel="true")
        self.start()
        three, four = self.fix_traders()
        for t in (three, four):
            t.enter("B", 100, "AAPL", 990_000)
            t.settle()
        four.close()
        self.until(lambda: self.control("positions", "desk4")["open_orders"] == 0, "the cancel of desk4's order")
        self.assertEqual(self.control("positions", "desk3")["open_orders"], 1)
        self.kill()  # and the one who does not come back after that
        self.start()
        self.until(lambda: self.control("positions", "desk3")["open_orders"] == 0, "the cancel of desk3's order")
        three.connect()
        three.settle()
        self.assertEqual((three.last[39], three.orders), ("4", {}))
        self.stop()

    def test_misbehaving_clients_are_refused_and_nobody_else_notices(self):
        self.configure_fix("logon_s = 6\nmessages_a_second = 50\nmax_message = 2000\n")
        self.start()
        one, _ = self.traders()
        three, four = self.fix_traders()

        def refused(name, password, version, venue="TWINPATH"):
            with self.assertRaises(Lost):
                FixSession(self.fix, name, password, version, venue).connect_once()

        def gone():
            self.until(lambda: not self.control("positions", "desk4")["connected"], "the venue to miss desk4")

        four.close()
        gone()
        refused("FIX4", "another", "FIX.4.4")
        refused("FIX4", "", "FIX.4.4")
        refused("FIX3", "pass word3x", "FIX.4.2")
        refused("FIX9", "pass word4", "FIX.4.4")
        refused("FIX4", "pass word4", "FIX.4.2")
        refused("FIX4", "pass word4", "FIX.4.4", "ANOTHER")
        refused("FIX3", "pass word3", "FIX.4.2")  # logged on already

        def raw(data):
            s = socket.create_connection(("127.0.0.1", self.fix), timeout=PATIENCE)
            self.addCleanup(s.close)
            s.sendall(data)
            return s

        # Before a logon: no FIX at all, no logon, nothing, and a message without an end.
        order = encode("FIX.4.4", [(35, "D"), (34, 1), (49, "FIX4"), (56, "TWINPATH"), (52, now()), (11, "X")])
        cut_off = [raw(b"GET / HTTP/1.1\r\n\r\n"), raw(order), raw(b""), raw(b"8=FIX.4.4\x019=2000000\x01" + b"x" * 100_000)]
        for s in cut_off:
            try:
                self.assertEqual(s.recv(100), b"")
            except ConnectionResetError:
                pass
        # After it: a message that is too long, garbage, too many messages.
        for attack in ("long", "garbage", "many"):
            four.connect()
            four.settle()
            with self.assertRaises(Lost):
                if attack == "long":
                    four.admin("1", (112, "y" * 100_000))
                    four.listen()
                while attack == "garbage":
                    four.put(random.Random(3).randbytes(1000).replace(b"8=", b""))
                    four.take()
                for _ in range(600 if attack == "many" else 0):
                    four.admin("1", (112, "flood"))
                four.listen()
            gone()
        # They were there all the time.
        one.enter("S", 100, "AAPL", 1_000_100)
        one.settle()
        three.enter("B", 100, "AAPL", 1_000_100)
        three.settle()
        self.assertEqual(three.last[39], "2")
        four.connect()
        four.enter("B", 100, "AAPL", 1_000_000)
        four.settle()
        self.assertEqual(four.last[39], "0")
        self.assert_positions([three, four])
        report = self.stop()
        for cause, times in (("no session of this venue, or taken", 5), ("wrong password", 3), ("logon timeout", 2),
                             ("message too long", 3), ("too many messages", r"[1-9]\d*")):
            self.assertRegex(report, rf"{times} ended: {cause}")

    def test_mistakes_in_its_configuration_are_one_line(self):
        self.configure_fix()
        file = self.folder / "venue.toml"
        good = file.read_text()
        for old, changed, names in (
                ('fix_comp_id = "FIX4"', 'fix_comp_id = "FIX3"', ["fix_comp_id", "each once"]),
                ('fix_comp_id = "FIX4"', 'fix_comp_id = "../FIX"', ["fix_comp_id", "letters, digits"]),
                ('fix_comp_id = "FIX4"', 'fix_comp_id = "FIX4"\nlogin = "T4"', ["login", "OUCH or in FIX"]),
                ('fix_version = "4.4"', 'fix_version = "5.0"', ["fix_version", "4.4"]),
                ('password = "pass word4"\n', "", ["password", "add it"]),
                ('folder = "fix"\n', "", ["folder", "add it"])):
            file.write_text(good.replace(old, changed))
            self.assert_fails("venue", "--config", "venue.toml", names=names)


if __name__ == "__main__":
    unittest.main()
