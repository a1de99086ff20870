"""`twinpath venue` as a process: clients that trade, misbehave and come late, and the end of its process at any moment."""

import random
import shutil
import socket
import struct
import subprocess
import time
import unittest

from command import PATIENCE
from venue_client import Books, DropCopy, Lost, Soup, Trader, cancel, enter
from venue_fixture import VenueTest


class Venue(VenueTest):
    def test_two_clients_trade_and_a_third_reads_along(self):
        self.configure()
        self.start()
        one, two = self.traders()
        drop = Soup(self.ouch, "D1", "read")
        one.enter("S", 300, "AAPL", 1_000_100)
        one.settle()
        two.enter("B", 100, "AAPL", 1_000_100, "3")
        self.settle(one, two)
        self.assertEqual(one.positions, {"AAPL": -100})
        self.assertEqual(two.cash, {"AAPL": -100 * 1_000_100})
        self.assertEqual(one.matches[0][:4], two.matches[0][:4])
        self.assertEqual(drop.read(len(one.stream)), one.stream)
        self.assert_reconciled([one, two])
        # A trade is taken back, a symbol halted, a participant cut off.
        self.control("bust", one.matches[0][0])
        one.hear(lambda: one.stream[-1][:1] == b"B", "that the trade is broken")
        self.assertEqual(self.control("positions", "desk1")["positions"], {})
        self.control("halt", "MSFT", "T1")
        two.enter("B", 100, "MSFT", 2_000_000)
        self.settle(two)
        self.assertEqual((two.stream[-1][:1], struct.unpack_from(">H", two.stream[-1], 13)[0]), (b"J", 7))
        self.control("kick", "desk2")
        two.poll(5)
        status = self.control("status")
        self.assertEqual(status["phase"], "continuous")
        with self.assertRaises(subprocess.CalledProcessError) as refused:
            self.control("halt", "NONE")
        self.assertIn("expected a symbol of this venue, found 'NONE'", refused.exception.stderr)
        report = self.stop()
        self.assertIn("1 trades, 100 shares", report)
        top = self.run_command("top", "stats", "--once")
        self.assertRegex(top.stdout, r"trades +1\b")

    def test_datagrams_are_orders_of_their_participant(self):
        self.configure()
        self.start()
        one, two = self.traders()
        card = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(card.close)
        frames = {n: enter(n, "B", 100, "AAPL", 990_000 + 100 * n) for n in (1, 2, 4)}
        for n in (1, 2, 1, 4, 2):
            one.requests[n] = (frames[n], "B", "AAPL")
            card.sendto(frames[n], ("127.0.0.1", self.udp))
        card.sendto(frames[1][:-1], ("127.0.0.1", self.udp))
        card.sendto(b"Q", ("127.0.0.1", self.udp))
        late = enter(3, "B", 100, "AAPL", 990_000)
        one.hear(lambda: one.answered == {1, 2, 4}, "answers to datagrams")
        one.requests[3], one.number = (late, "B", "AAPL"), 4
        one.send(late)  # number 3, which higher ones have passed
        one.hear(lambda: 3 in one.answered, "an answer to number 3")
        self.assertEqual([m[:1] for m in one.stream].count(b"A"), 3)
        self.assertEqual([m[:1] for m in one.stream].count(b"J"), 1)
        card.sendto(cancel(1), ("127.0.0.1", self.udp))
        one.hear(lambda: one.stream[-1][:1] == b"C", "that it is cancelled")
        report = self.stop()
        self.assertRegex(report, r"UDP of desk1: 4 taken, 2 resent, 1 bad length, 1 not an order\n")
        self.assertRegex(report, r"orders: .*1 late")

    def test_killed_at_any_moment_it_goes_on_and_nothing_is_lost_or_doubled(self):
        self.configure()
        self.start("-q")
        rng = random.Random(5)
        traders = self.traders()
        copy = DropCopy(self.ouch, "D2", "read")
        kills = 0
        for step in range(1500):
            trader = rng.choice(traders)
            self.trade(trader, rng)
            if rng.random() < 0.3:
                trader.poll()
                copy.poll()
            if rng.random() < 0.05:
                trader.send(rng.choice(list(trader.requests.values()))[0])
            if step % 250 == 249:
                time.sleep(rng.random() * 0.01)
                self.kill()
                kills += 1
                status = self.start("-q")
                self.assertGreater(status["replayed"], 0)
        self.settle(*traders)
        self.assertEqual(kills, 6)
        # The drop copy of desk 2's firm has its positions, and what a reader from the beginning has.
        whole = DropCopy(self.ouch, "D2", "read")
        for reader in (copy, whole):
            reader.read_to(len(traders[1].matches))
        self.assertTrue(copy.stream == whole.stream, "another stream from the beginning")
        self.assertEqual({("desk2", s): (p["shares"], p["cash"])
                          for s, p in self.control("positions", "desk2")["positions"].items()}, copy.positions)
        self.assert_reconciled(traders)
        before = self.control("hash")
        self.kill()
        self.start("-q")
        self.assertEqual(self.control("hash"), before)
        # Both lines together, and what they have not carried, are one tape: the reader's books are the market's.
        reader, late = self.lines[0], Books()
        for line in self.lines:
            line.read_to(before["tape"] + 1)
        reader.messages.update(self.lines[1].messages)
        reader.next = max(line.next for line in self.lines)
        self.assertEqual(reader.next, before["tape"] + 1)
        reader.ask(self.requests)
        books = Books()
        for n in range(1, reader.next):
            books.message(reader.messages[n])
        for message in Soup(self.glimpse, "D1", "read").read():
            late.message(message)
        self.assertEqual(sorted(books.orders.values()), sorted(late.orders.values()))
        self.stop()

    def test_misbehaving_clients_are_cut_off_and_nobody_else_notices(self):
        self.configure(ouch="login_s = 0.5\nmessages_a_second = 2000\nburst = 200\nmax_packet = 200\n")
        self.start()
        one, two = self.traders()

        def login(*arguments, **keywords):
            """A connection, or why there is none; again when we got no processor between connecting and logging in."""
            while True:
                try:
                    return Soup(self.ouch, *arguments, **keywords)
                except Lost as why:
                    if "login answered" in str(why):
                        return str(why)
        self.assertEqual(login("t1", "wrong"), "login answered by b'J' b'A'")
        self.assertEqual(login("t1", "pass1", session="OTHER"), "login answered by b'J' b'S'")
        self.assertEqual(login("t1", "pass1", sequence=1000), "login answered by b'J' b'S'")

        def raw(data):
            s = socket.create_connection(("127.0.0.1", self.ouch), timeout=PATIENCE)
            self.addCleanup(s.close)
            s.sendall(data)
            return s

        for data in (b"GET / HTTP/1.1\r\n\r\n", b"\x00\x00", b"\x00\x01U", b"\x00\x01H", b"\xff\xffU"):
            s = raw(data)
            self.assertEqual(s.recv(100), b"", data)
        silent = raw(b"\x00")  # half a length, and no more
        reader = login("D1", "read")
        reader.packet(b"U", enter(1, "B", 100, "AAPL", 1_000_000))
        flood = Trader(self.ouch, "t2", "pass2")  # takes over from `two`
        flood.connect()
        # All at once: more than it may, however slowly we go.
        orders = [enter(n, "B", 100, "AAPL", 990_000) for n in range(1, 2000)]
        try:
            flood.soup.socket.sendall(b"".join(struct.pack(">HB", len(o) + 1, ord("U")) + o for o in orders))
        except OSError:
            pass  # cut off before the end
        for cut_off in (reader, flood.soup):
            with self.assertRaises(Lost):
                cut_off.read()
        self.assertEqual(silent.recv(100), b"")
        one.enter("B", 100, "AAPL", 1_000_000)
        self.settle(one)
        self.assertEqual(one.stream[-1][:1], b"A")
        report = self.stop()
        for cause in ("not authorized", "session not available", "login timeout", "throttled", "misbehaved"):
            self.assertRegex(report.replace("_", " "), rf"[1-9]\d* ended: [^,]*{cause}")
        self.assertIn("1 taken over", report)

    def test_idle_connections_keep_nobody_out(self):
        self.configure(venue="most_connections = 6", ouch="login_s = 300\nsilence_s = 300\n")
        self.start()
        one, two = self.traders()
        idle = [socket.create_connection(("127.0.0.1", self.ouch), timeout=PATIENCE) for _ in range(20)]
        for s in idle:
            self.addCleanup(s.close)
        drop = Soup(self.ouch, "D1", "read")
        one.enter("S", 100, "AAPL", 1_000_000)
        self.settle(one)
        two.enter("B", 100, "AAPL", 1_000_000)
        self.settle(one, two)
        self.assertEqual(drop.read(len(one.stream)), one.stream)
        # Those who have logged in fill the port: only then is there no place.
        more = [Soup(self.ouch, "D1", "read") for _ in range(3)]
        self.assertEqual(len(more), 3)
        with self.assertRaises(Lost):
            Soup(self.ouch, "D1", "read")
        self.assertRegex(self.stop(), r"20 ended: displaced")

    def test_a_day_has_auctions_and_an_end_and_another_day_follows(self):
        for call in (1.5, 6, 20):  # seconds: a longer one where we are too late with our orders
            self.configure(f'[phases]\nopening = "+{call}"\nclosing = "never"\nindicate_s = 0.2\n', ouch="silence_s = 300\n")
            self.start()
            one, two = self.traders()
            one.enter("S", 200, "AAPL", 1_000_000)
            two.enter("B", 100, "AAPL", 1_000_200)
            self.settle(one, two)
            if self.control("status")["phase"] in ("begun", "opening call"):
                break
            self.kill()
            shutil.rmtree(self.folder / "journal")
            for line in self.lines:
                line.forget()
        two.hear(lambda: two.matches, "the auction")
        self.assertEqual([m[25:26] for m in two.stream if m[:1] == b"E"], [b"O"])
        self.until(lambda: self.control("status")["phase"] == "continuous", "the end of the auction")
        self.control("close")
        one.hear(lambda: one.soup.ended, "the end of the session")
        for line in self.lines:
            line.hear(lambda: line.ended, "the end of the session")
            self.assertEqual(line.missing(), [])
        self.control("open")
        again = Trader(self.ouch, "t1", "pass1")
        again.connect()
        self.assertEqual(again.session, "TWINPATH02")
        self.stop()

    def test_mistakes_are_one_line(self):
        self.configure()
        file = self.folder / "venue.toml"
        good = file.read_text()
        file.write_text(good.replace('login = "T2"', 'login = "t1"'))
        self.assert_fails("venue", "--config", "venue.toml", names=["login", "each login once"])
        file.write_text(good.replace("locate = 9", "locate = 7"))
        self.assert_fails("venue", "--config", "venue.toml", names=["locate", "each once"])
        file.write_text(good.replace('participant = "desk1"', 'participant = "desk3"'))
        self.assert_fails("venue", "--config", "venue.toml", names=["participant", "desk3"])
        file.write_text(good.replace('password = "read"\nfirm = "F2"', 'password = "read"\nfirm = "F3"'))
        self.assert_fails("venue", "--config", "venue.toml", names=["firm", "F3"])
        file.write_text(good.replace('participant = "desk1"', 'participant = "desk1"\nfirm = "F1"'))
        self.assert_fails("venue", "--config", "venue.toml", names=["either participant or firm"])
        file.write_text(good)
        self.start()
        self.assert_fails("venue", "--config", "venue.toml", names=["venue.sock", "a free control socket"])
        self.stop()
        file.write_text(good.replace('reference = "100"', 'reference = "101"'))
        self.assert_fails("venue", "--config", "venue.toml", names=["requests-1", "requests to a market of these options"])


class VenueGroups(VenueTest):
    groups = ("239.255.26.1", "239.255.26.2")

    def test_both_lines_carry_the_same_tape_to_groups(self):
        self.configure(feed='interface = "lo"\nttl = 0\n')
        self.start()
        traders = self.traders()
        rng = random.Random(3)
        for _ in range(100):
            self.trade(rng.choice(traders), rng)
        self.settle(*traders)
        tape = self.control("hash")["tape"]
        for line in self.lines:
            line.read_to(tape + 1)
            self.assertEqual((line.next, line.missing()), (tape + 1, []))
        self.assertEqual(self.lines[0].messages, self.lines[1].messages)
        self.stop()


if __name__ == "__main__":
    unittest.main()
