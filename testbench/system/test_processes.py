"""Trading by many processes across a veth pair, and any of them killed with SIGKILL: what disturbs whom, what is lost, and
that every order frame on the wire is one order of the journal, once."""

import collections
import json
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from command import CANCEL, CLEAN, COMMAND, LONG, ORDER, PATIENCE, symbol_names
from journal_file import DOUBT, EVENT, HOST_CANCEL, SENT, read_journal
from test_packet_io import Wire
from test_run import Runs

FILL, DONE = 4, 5  # SEM 2.9


class ProcessRuns(Wire, Runs):
    """The processes of a run in B."""

    def setUp(self):
        super().setUp()
        self.shared = tempfile.mkdtemp(prefix="twinpath-", dir="/dev/shm")
        self.addCleanup(shutil.rmtree, self.shared, True)
        self.running = {}

    def configure(self, strategies=("rules", "market_maker"), more="", options=CLEAN):
        text = self.live_config("", options=options)
        self.text = text
        symbols = re.findall(r'(?m)^name = "(\S+)"', text)
        makes = "".join(f'\n[[strategy.market_maker]]\nsymbol = "{s}"\nquantity = 100\nhalf_spread = "0.01"\nmax_position = 5000\n'
                        for s in symbols[:2])
        text = re.sub(r"(?m)^time_in_force.*", 'time_in_force = "0"', text)
        # Other processes may have the machine for long.
        text += (f'\n[live]\nfrom = "af_packet:vb"\nto = "af_packet:vb"\ncontrol = "socket"\n'
                 f'\n[journal]\nfolder = "journal"\n'
                 f'\n[processes]\nfolder = "{self.shared}"\nstore_mb = 8\nfeed_timeout_ms = 5000\nintent_age_ms = 60000\n'
                 f"strategies = {json.dumps(list(strategies))}\n{more}{makes}")
        (self.folder / "session.toml").write_text(text)

    def begin(self, name, *arguments):
        process = subprocess.Popen(["ip", "netns", "exec", self.b, self.command, *name.split(), "--config", "session.toml",
                                    *arguments], cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                   stderr=open(self.folder / f"{name}.log", "a"))
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.running[name] = process
        return process

    def kill(self, name):
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        self.assertEqual(process.wait(), -signal.SIGKILL, f"{name} had ended before: {self.log(name)}")

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def end(self, name, status=0):
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=2 * PATIENCE), status, self.log(name))

    def capture(self):
        """Of what leaves B; the sender's frames come into B and are told apart by their port."""
        process = subprocess.Popen(["ip", "netns", "exec", self.a, self.command, "capture", "--from", "af_packet:va", "--out",
                                    "orders.pcap"], cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        self.assertRegex(process.stderr.readline(), "^capture: ")
        return process

    def wire(self, capture):
        time.sleep(0.5)
        capture.send_signal(signal.SIGTERM)
        self.finish(capture)
        port = int(re.search(r'(?m)^destination = ".*:(\d+)"', self.text).group(1))
        return [f for f in self.orders("orders.pcap") if f[23] == 17 and int.from_bytes(f[36:38], "big") == port]

    def ask(self, what="", *request):
        done = subprocess.run([self.command, "control", "socket" + what, "--timeout", str(PATIENCE), *(request or ("status",))],
                              cwd=self.folder, text=True, capture_output=True, timeout=2 * PATIENCE)
        return json.loads(done.stdout) if done.returncode == 0 and done.stdout else {}

    def news(self):
        return f"; orders {self.ask()}; feed {self.ask('.feed')}; logs " + "; ".join(self.log(n) for n in self.running)

    def counter(self, name):
        return self.ask().get("counters", {}).get(name, 0)

    def top(self, process, name):
        page = subprocess.run([self.command, "top", self.shared, "--once", "--all"], text=True, capture_output=True, check=True).stdout
        part = re.search(rf"(?m)^{re.escape(process)}: .*\n(?:  .*\n)*", page)
        found = part and re.search(rf"(?m)^  {re.escape(name)} +(\d+)", part.group(0))
        return int(found.group(1)) if found else 0  # of a process that is just beginning

    def all_up(self, strategies=("rules", "market_maker")):
        self.begin("feed")
        self.begin("orders")
        for s in strategies:
            self.begin(f"strategy {s}")
        self.until(lambda: all(self.ask().get("strategies", {"": False}).values()), "every strategy")
        self.until(lambda: self.ask(".feed"), "the feed")

    def assert_ledger(self, frames, in_doubt=0):
        """Frame by frame: the wire is the journal, but for what the journal itself says is in doubt."""
        records = read_journal(self.folder / "journal")
        events = [r.event for r in records if r.kind == EVENT and r.event.kind == ORDER]
        orders = {e.user_ref: e for e in events}
        self.assertEqual(len(orders), len(events), "an order number was given twice")
        self.assertEqual(sorted(orders), list(range(min(orders), max(orders) + 1)), "an order number is missing")
        doubts = {r.user_ref for r in records if r.kind == DOUBT and not r.cancel}
        left = {r.user_ref for r in records if r.kind == SENT and not r.cancel and r.left}
        self.assertEqual(set(orders), doubts | left, "an order neither left nor is in doubt")
        self.assertEqual(doubts & left, set())
        wire = collections.Counter(int.from_bytes(f[43:47], "big") for f in frames if f[42:43] == b"O")
        self.assertEqual([n for n, times in wire.items() if times != 1], [], "an order frame left twice")
        self.assertEqual(set(wire) - set(orders), set(), "an order frame that the journal does not have")
        self.assertEqual(left - set(wire), set(), "an order that the journal has as sent and the wire has not")
        self.assertLessEqual(len(doubts), in_doubt)
        for f in frames:
            if f[42:43] != b"O":
                continue
            e = orders[int.from_bytes(f[43:47], "big")]
            self.assertEqual((f[47:48], int.from_bytes(f[48:52], "big"), int.from_bytes(f[60:68], "big")),
                             (b"BS"[e.side:e.side + 1], e.quantity, e.price))
        asked = collections.Counter(r.event.user_ref for r in records if r.kind in (EVENT, HOST_CANCEL) and r.event.kind == CANCEL)
        cancels = collections.Counter(int.from_bytes(f[43:47], "big") for f in frames if f[42:43] == b"X")
        sent = collections.Counter(r.user_ref for r in records if r.kind == SENT and r.cancel and r.left)
        for n in asked | cancels:
            self.assertLessEqual(sent[n], cancels[n])
            self.assertLessEqual(cancels[n], asked[n])
        # An intent is answered once.
        intents = collections.Counter((r.source, r.intent) for r in records if r.intent)
        self.assertEqual([i for i, times in intents.items() if times != 1], [], "an intent was taken twice")
        # The replay's positions are the sums of the fills; what comes for an order that has ended has no effect (SEM 5.4).
        replay = self.run_command("journal", "journal", "--replay").stdout
        self.assertIn("every verdict the same", replay)
        names = symbol_names(self.folder / "session.toml")
        positions = collections.Counter()
        leaves = {}
        for e in (r.event for r in records if r.kind == EVENT):
            if e.kind == ORDER:
                leaves[e.user_ref] = e.quantity
            elif e.kind == COMMAND and e.reason in (FILL, DONE) and leaves.get(e.user_ref):
                o = orders[e.user_ref]
                if e.reason == FILL:
                    positions[names[o.symbol]] += e.quantity * (-1 if o.side else 1)
                leaves[e.user_ref] = max(leaves[e.user_ref] - e.quantity, 0) if e.reason == FILL else 0
        self.assertEqual({n: int(p) for n, p in re.findall(r"(?m)^  (\S+) +(-?\d+)$", replay)},
                         {n: p for n, p in positions.items() if p})
        return orders, records

    def finish_all(self, capture):
        for name in [n for n in self.running if n.startswith("strategy")]:
            self.end(name)
        self.end("orders")
        self.end("feed")
        return self.wire(capture)


class Processes(ProcessRuns):
    def test_trade_and_the_wire_is_the_journal(self):
        self.configure(more="market_records = 65536\n")  # all of the session: nobody falls behind so far that it misses any
        capture = self.capture()
        self.all_up()
        sender = self.sender("0.4")
        sender.wait(timeout=2 * PATIENCE)
        self.until(lambda: self.counter("orders") > 20, "orders")
        self.assertTrue(self.ask()["armed"])
        self.until(lambda: self.top("orders", "orders") == self.counter("orders"), "top")
        self.assertGreater(self.top("feed", "frames"), 1000)
        self.assertEqual(self.top("strategy.rules", "updates missed"), 0)
        frames = self.finish_all(capture)
        orders, records = self.assert_ledger(frames)
        # Faults: a frame that left twice, one that did not leave, one that is another order.
        enter = next(i for i, f in enumerate(frames) if f[42:43] == b"O")
        other = bytearray(frames[enter])
        other[51] ^= 1
        for wrong in (frames + [frames[enter]], frames[:enter] + frames[enter + 1:],
                      frames[:enter] + [bytes(other)] + frames[enter + 1:]):
            with self.assertRaises(AssertionError):
                self.assert_ledger(wrong)
        self.assertEqual({r.source for r in records if r.kind == EVENT and r.event.kind == ORDER}, {0, 1}, "not both trade")

    def test_a_strategy_killed_disturbs_no_other_and_resumes(self):
        self.configure(options=LONG)
        capture = self.capture()
        self.all_up()
        sender = self.sender()
        chance = random.Random(41)
        self.until(lambda: self.counter("orders") > 3, "orders")
        for i in range(4):
            time.sleep(chance.uniform(0.1, 1.5))
            intents = self.top("strategy.market_maker", "market updates")
            self.kill("strategy rules")
            self.until(lambda: not self.ask()["strategies"]["rules"], "its absence")
            self.begin("strategy rules")
            self.until(lambda: self.ask()["strategies"]["rules"], "its return")
            self.until(lambda: self.top("strategy.rules", "market updates") > 0, "its books")
            self.until(lambda: self.top("strategy.market_maker", "market updates") > intents, "the other")
            self.assertEqual(self.top("strategy.market_maker", "incarnation"), 1)
            self.assertEqual(self.top("strategy.rules", "incarnation"), i + 2)
        before = self.top("strategy.rules", "intents")
        self.until(lambda: self.top("strategy.rules", "intents") > before, "an order of the one that resumed")
        self.assertEqual(self.running["strategy market_maker"].poll(), None)
        sender.kill()
        self.assert_ledger(self.finish_all(capture))

    def test_the_order_manager_killed_loses_nothing_and_repeats_nothing(self):
        self.configure(options=LONG)
        capture = self.capture()
        self.all_up()
        sender = self.sender()
        chance = random.Random(42)
        self.until(lambda: self.counter("orders") > 3, "orders")
        kills = 6
        for _ in range(kills):
            time.sleep(chance.uniform(0.05, 0.8))
            self.kill("orders")
            number = len(read_journal_numbers(self.folder / "journal"))
            self.begin("orders")
            self.until(lambda: self.ask().get("armed"), "to go on armed, as it was")
            self.until(lambda: self.counter("intents") > 0, "intents")
            self.assertGreaterEqual(len(read_journal_numbers(self.folder / "journal")), number)
        for name in ("strategy rules", "strategy market_maker", "feed"):
            self.assertIsNone(self.running[name].poll(), self.log(name))
        sender.kill()
        self.assert_ledger(self.finish_all(capture), in_doubt=kills)

    def settled(self):
        """The feed's status once it has read all that was sent: it answers between two looks at its input."""
        before = None
        while True:
            now = self.ask(".feed")
            if before and (now["messages"], now["expected_sequence"]) == (before["messages"], before["expected_sequence"]):
                return now
            before = now
            time.sleep(0.1)

    def until_sent(self, more):
        """Until so many more frames have left."""
        before = self.sent()
        self.until(lambda: self.sent() >= before + more, f"{more} more frames")

    def test_the_feed_killed_makes_books_stale_then_trusted_again(self):
        self.configure(options=LONG)
        capture = self.capture()
        self.all_up()
        sender = self.sender()
        self.until(lambda: self.counter("orders") > 3, "orders")
        self.until(lambda: self.ask(".feed")["messages"] > 600, "books of some size")
        # Nothing is missed: the books are made again and the first message after makes them trusted.
        for _ in range(2):
            sender.send_signal(signal.SIGSTOP)
            before = self.settled()
            self.assertFalse(before["stale"] or before["rebuilding"], before)
            self.kill("feed")
            self.begin("feed")
            self.until(lambda: self.ask(".feed").get("generation", 0) > before["generation"], "the feed")
            again = self.ask(".feed")
            self.assertTrue(again["rebuilding"], again)
            self.assertEqual(again["expected_sequence"], before["expected_sequence"])
            self.assertGreater(again["rebuilt_messages"], 100)
            self.assertEqual(again["books_untrusted"], 8)
            sender.send_signal(signal.SIGCONT)
            self.until(lambda: not self.ask(".feed")["rebuilding"], "the first message")
            self.assertFalse(self.ask(".feed")["stale"])
            self.assertLess(self.ask(".feed")["books_untrusted"], 8)
            orders = self.counter("intents")
            self.until(lambda: self.counter("intents") > orders, "intents on the books made again")
        # Messages are missed: a gap is lost, and trust is the host's to give back.
        self.kill("feed")
        self.until_sent(200)
        self.begin("feed")
        self.until(lambda: self.ask(".feed").get("stale"), "a lost gap")
        stale = self.ask(".feed")
        self.assertGreater(stale["lost_messages"], 0)
        self.assertEqual(stale["books_untrusted"], 8)

        def still():  # what a strategy had asked for before it heard of the gap may leave yet
            before = self.counter("orders")
            self.until_sent(300)
            return self.counter("orders") == before
        self.until(still, "the end of orders on books that are stale")
        refused = self.counter("orders")
        self.until_sent(1000)
        self.assertEqual(self.counter("orders"), refused, "orders on books that are stale")
        self.ask(".feed", "trust")
        self.until(lambda: not self.ask(".feed")["stale"], "trust")
        self.until(lambda: self.counter("intents") > 0 and self.ask(".feed")["books_untrusted"] == 0, "trusted books")
        self.assertEqual(self.top("strategy.rules", "incarnation"), 1)
        sender.kill()
        self.assert_ledger(self.finish_all(capture))

    def test_locates_come_from_the_feed_and_a_feed_process_after_it_has_them(self):
        self.configure()
        config = self.folder / "session.toml"
        text = re.sub(r"(?m)^locate = .*\n", "", config.read_text())
        config.write_text(text.replace("[live]", "[live]\ndirectory_timeout_s = 1"))
        late = subprocess.run(["ip", "netns", "exec", self.b, self.command, "feed", "--config", "session.toml"], cwd=self.folder,
                              text=True, capture_output=True, timeout=60)
        self.assertEqual(late.returncode, 2)
        self.assertRegex(late.stderr, r"expected Stock Directory messages of every \[\[symbol\]\] within 1 s, found none of \S+, ")
        config.write_text(text)
        capture = self.capture()
        self.all_up()
        waits = self.ask(".feed")
        self.assertEqual((waits["phase"], len(waits["symbols_missing"]), waits["rebuilding"]), ("directory", 8, True), waits)
        self.assertEqual(self.ask(".feed", "trust"), {}, "books that nobody has were trusted")
        self.until(lambda: self.ask().get("waits_for") == "the Stock Directory messages of its symbols", "the manager to know")
        sender = self.sender()
        self.until(lambda: self.counter("orders") > 3, "orders")
        self.assertEqual(self.ask(".feed")["phase"], "trading")
        sender.send_signal(signal.SIGSTOP)
        before = self.ask(".feed")
        self.kill("feed")
        self.begin("feed")
        self.until(lambda: self.ask(".feed").get("generation", 0) > before["generation"], "the feed")
        again = self.ask(".feed")
        self.assertEqual((again["phase"], again["rebuilding"]), ("trading", True), again)
        self.assertGreater(again["rebuilt_messages"], 50)
        sender.send_signal(signal.SIGCONT)
        self.until(lambda: not self.ask(".feed")["rebuilding"], "the first message")
        orders = self.counter("orders")
        self.until(lambda: self.counter("orders") > orders, "orders on the books made again")
        sender.kill()
        self.assert_ledger(self.finish_all(capture))

    def test_a_slow_reader_is_told_what_it_missed_and_holds_up_nobody(self):
        self.configure(more="market_records = 64\n", options=LONG)
        capture = self.capture()
        self.all_up()
        sender = self.sender("0.4")
        self.until(lambda: self.top("strategy.rules", "market updates") > 50, "updates")
        slow = self.running["strategy rules"]
        slow.send_signal(signal.SIGSTOP)
        before = self.top("strategy.market_maker", "market updates")
        self.until(lambda: self.top("feed", "updates published") > before + 500, "the market to go on")
        self.until(lambda: self.top("strategy.market_maker", "market updates") > before + 100, "the other to go on")
        slow.send_signal(signal.SIGCONT)
        self.until(lambda: self.top("strategy.rules", "updates missed") > 300, "to be told")
        self.assertGreater(self.top("strategy.rules", "resynchronised"), 1)
        sender.kill()
        self.assert_ledger(self.finish_all(capture))

    def test_a_supervisor_begins_again_what_is_killed(self):
        self.configure(options=LONG)
        capture = self.capture()
        self.begin("run", "--processes")
        self.until(lambda: all(self.ask().get("strategies", {"": False}).values()) and self.ask(".feed"), "all processes")
        sender = self.sender()
        self.until(lambda: self.counter("orders") > 3, "orders")

        def pid(name):
            return int(re.findall(rf"(?m)^run: {name}: process (\d+)", self.log("run"))[-1])
        for name in ("strategy rules", "orders", "feed"):
            old = pid(name)
            os.kill(old, signal.SIGKILL)
            self.until(lambda: pid(name) != old, f"{name} to be begun again")
            self.until(lambda: all(self.ask().get("strategies", {"": False}).values()) and self.ask(".feed"), "all processes")
        self.assertIn("ended by signal 9", self.log("run"))
        # SIGHUP is for the rules and limits of whoever has them, and ends nobody.
        manager = pid("orders")
        self.running["run"].send_signal(signal.SIGHUP)
        self.until(lambda: 'orders: reload: {"ok":true}' in self.log("run"), "a reload")
        self.assertEqual(pid("orders"), manager)
        sender.kill()
        children = [pid(n) for n in ("strategy rules", "strategy market_maker", "orders", "feed")]
        self.end("run")
        for child in children:
            self.assertFalse(os.path.exists(f"/proc/{child}"))
        self.assert_ledger(self.wire(capture), in_doubt=1)

    def test_mistakes_are_one_line(self):
        self.configure()
        config = self.folder / "session.toml"
        text = config.read_text()

        def fails(*arguments, names, change=lambda t: t):
            config.write_text(change(text))
            self.assert_fails(*arguments, "--config", "session.toml", names=names)
        fails("feed", names=["[processes]"], change=lambda t: re.sub(r"(?ms)^\[processes\].*?(?=^\[)", "", t))
        fails("orders", names=["[journal]"], change=lambda t: re.sub(r"(?ms)^\[journal\].*?(?=^\[)", "", t))
        fails("strategy", "nobody", names=["processes.strategies", "nobody"])
        fails("orders", names=["nobody"], change=lambda t: t.replace('["rules"', '["nobody"'))
        fails("feed", names=["twice"], change=lambda t: t.replace('["rules", "market_maker"]', '["rules", "rules"]'))
        fails("feed", names=["market_records", "a power of two"], change=lambda t: t.replace("store_mb = 8", "market_records = 100"))
        fails("feed", names=["a file", "twinpath run"], change=lambda t: t.replace('from = "af_packet:vb"', 'from = "pcap:session.pcap"'))
        first = re.search(r'(?m)^name = ("\S+")', text).group(1)
        fails("feed", names=["session.pcap", "Stock Directory", "ZZZZZQ"],
              change=lambda t: re.sub(r"(?m)^locate = .*\n", "", t).replace(first, '"ZZZZZQ"').replace(
                  "[live]", '[live]\ndirectory = "session.pcap"'))
        for key, what in (('path = "sw:pipelined"', "path"), ('record = "record.pcap"', "record"), ("core = 0", "core")):
            fails("strategy", "rules", names=[f"expected no {what} in [live]", "--processes"],
                  change=lambda t: t.replace("[live]", f"[live]\n{key}"))
        fails("run", "--processes", "--record", "record.pcap", names=["--record"])
        fails("run", "--processes", "--buffer", "8192", names=["packet I/O"])
        fails("run", "--processes", names=["[processes]"], change=lambda t: re.sub(r"(?ms)^\[processes\].*?(?=^\[)", "", t))
        config.write_text(text)
        self.begin("feed")
        self.until(lambda: self.ask(".feed"), "the feed")
        second = subprocess.run(["ip", "netns", "exec", self.b, self.command, "feed", "--config", "session.toml"], cwd=self.folder,
                                text=True, capture_output=True, timeout=60)
        self.assertEqual(second.returncode, 2)
        self.assertIn("at work on it", second.stderr)
        # Another ring is another layout: those who were configured otherwise are told.
        config.write_text(text.replace("store_mb = 8", "store_mb = 8\nmarket_records = 128"))
        manager = subprocess.run(["ip", "netns", "exec", self.b, self.command, "orders", "--config", "session.toml"],
                                 cwd=self.folder, text=True, capture_output=True, timeout=60)
        self.assertEqual(manager.returncode, 2)
        self.assertIn("restart it with this build and configuration", manager.stderr)
        self.end("feed")
        self.assert_fails("top", str(self.folder), names=["*.stats"])


def read_journal_numbers(folder):
    """How many whole records, whatever the end looks like."""
    import struct
    count = []
    for file in sorted(folder.glob("*.journal")):
        data, at = file.read_bytes(), 64
        while at + 40 <= len(data):
            size = struct.unpack_from("<I", data, at + 4)[0]
            at += 40 + (size + 7) // 8 * 8
            if at <= len(data):
                count.append(at)
    return count


if __name__ == "__main__":
    unittest.main()
