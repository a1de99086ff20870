"""`twinpath run` and `twinpath control`: trading across a veth pair between two network namespaces, and from files."""

import json
import os
import re
import signal
import subprocess
import time
import unittest

from command import CLEAN, LONG, PATIENCE, SystemTest, read_pcap
from test_packet_io import LINES, Wire

LIVE = """
[live]
from = ["pcap:session.pcap"]
to = "pcap:orders.pcap"
arm = "at_start"
"""


class Runs(SystemTest):
    def live_config(self, live=LIVE, answers=True, options=CLEAN):
        """session.pcap and session.toml, which trades it at any hour."""
        self.generate(options)
        config = self.folder / "session.toml"
        text = config.read_text().replace("symbols_start_trading = false", "symbols_start_trading = true")
        # A machine that is busy reads one line's socket milliseconds behind the other's; that is no lost gap.
        text = re.sub(r"(?m)^gap_timeout_us = \d+", "gap_timeout_us = 100000", text)
        if not answers:
            text = re.sub(r"(?ms)^\[responses\].*?(?=^\[)", "", text)
        config.write_text(text + live)
        return text

    def orders(self, file):
        return [frame for _, frame in read_pcap(self.folder / file)]

    def replayed(self, record="record.pcap"):
        """The orders of a replay of the record, with the host commands that lie beside it."""
        again = (self.folder / "session.toml").read_text() + (self.folder / f"{record}.commands.toml").read_text()
        (self.folder / "again.toml").write_text(again)
        self.replay("-q", "--orders", "again.pcap", session=record, config="again.toml")
        return self.orders("again.pcap")


class RunFiles(Runs):
    def test_record_of_a_file_replays_to_the_same_orders(self):
        self.live_config()
        done = self.run_command("run", "--config", "session.toml", "--record", "record.pcap")
        self.assertIn("open orders: 0\n", done.stdout)
        sent = self.orders("orders.pcap")
        self.assertGreater(len(sent), 50)
        self.assertEqual(sent, self.replayed())
        # The file's own times count: the run is the replay of the session itself.
        self.replay("-q", "--orders", "session-orders.pcap")
        self.assertEqual(sent, self.orders("session-orders.pcap"))

    def test_open_orders_are_cancelled_and_unanswered_ones_reported(self):
        self.live_config(answers=False)
        done = self.run_command("run", "--config", "session.toml", "--record", "record.pcap", status=3)
        sent, again = self.orders("orders.pcap"), self.replayed()
        self.assertEqual(sent[:len(again)], again)
        cancels = sent[len(again):]
        self.assertGreater(len(cancels), 5)
        self.assertEqual({f[42:43] for f in cancels}, {b"X"})
        open_orders = int(re.search(r"open orders: (\d+)", done.stdout).group(1))
        self.assertEqual(len(re.findall(r"not acknowledged, cancel sent", done.stdout)), open_orders)
        self.assertGreaterEqual(open_orders, len(cancels))
        text = (self.folder / "session.toml").read_text()
        (self.folder / "session.toml").write_text(text + "cancel_on_stop = false\nstop_timeout_ms = 1\n")
        self.run_command("run", "--config", "session.toml", status=3)
        self.assertEqual(self.orders("orders.pcap"), again)

    def test_locates_come_from_a_directory_file(self):
        text = self.live_config()
        no_locates = re.sub(r"(?m)^locate = .*\n", "", text)
        self.assertNotIn("\nlocate", no_locates)
        (self.folder / "session.toml").write_text(no_locates + LIVE)
        self.run_command("run", "--config", "session.toml")
        waited = self.orders("orders.pcap")
        (self.folder / "session.toml").write_text(no_locates + LIVE + 'directory = "session.pcap"\n')
        self.run_command("run", "--config", "session.toml")
        self.assertEqual(self.orders("orders.pcap"), waited)
        self.assertGreater(len(waited), 50)
        stranger = no_locates.replace(re.search(r'(?m)^name = ("\S+")', no_locates).group(1), '"ZZZZZQ"')
        for extra in ('directory = "session.pcap"\n', ""):
            (self.folder / "session.toml").write_text(stranger + LIVE + extra)
            self.assert_fails("run", "-q", "--config", "session.toml", names=["Stock Directory", "ZZZZZQ", "directory in [live]"])

    def test_shows_its_counters_to_top(self):
        self.live_config(LIVE + 'stats = "stats"\n')
        done = self.run_command("run", "--config", "session.toml")
        page = self.run_command("top", "stats", "--once").stdout
        self.assertRegex(page, r"^run: process \d+, gone\n")
        shown = dict(re.findall(r"(?m)^  (\S[^\d]*?) +(\d+)$", page))
        said = re.match(r"(\d+) frames, (\d+) orders, (\d+) cancels", done.stdout)
        self.assertEqual((shown["frames"], shown["orders"], shown["cancels"]), said.groups())
        self.assertEqual(self.run_command("top", "stats", "--once", "--all").stdout.count("\n"), 12 + 13 + 2)

    def test_mistakes_are_one_line(self):
        text = self.live_config()
        config = self.folder / "session.toml"

        def fails(live, *names, arguments=()):
            config.write_text(text + live)
            self.assert_fails("run", "-q", "--config", "session.toml", *arguments, names=names)
        fails("", "a section [live]", "CONFIG.md")
        fails("[live]\n", "inputs", "--from")
        fails('[live]\nfrom = "pcap:session.pcap"\n', "where orders go", "--to")
        fails(LIVE + "armed = true\n", "live.armed")
        fails(LIVE + "from = 5\n", "not TOML")
        fails(LIVE.replace("at_start", "now"), "live.arm", "when_trusted")
        fails(LIVE + "core = 1000\n", "live.core")
        fails(LIVE + 'path = "fpga:0"\n', "path 'fpga:0'")
        fails(LIVE + '[[command]]\nop = "kill"\noffset_us = 0\n', "[[command]]", "twinpath control")
        exchange = '[exchange]\naddress = "127.0.0.1:1"\naccount = "A"\npassword = "p"\njournal = "exchange"\n'
        fails(LIVE + exchange, "responses", "none beside [exchange]")
        text = re.sub(r"(?ms)^\[responses\].*?(?=^\[)", "", text)
        fails(LIVE + exchange.replace('account = "A"\n', ""), "exchange.account", "1 to 6 characters")
        fails(LIVE + exchange.replace("127.0.0.1:1", "here"), "exchange.address", "TCP port")
        fails(LIVE + exchange + 'orders = "session"\n', "pcap:orders.pcap", "remove to")
        fails(LIVE + exchange + 'protocol = "fix50"\n', "exchange.protocol", "fix42")
        fails(LIVE + exchange + 'comp_id = "X"\n', "exchange.comp_id", "protocol of FIX")
        fails(LIVE + exchange + "start_timeout_s = 1\n", "login of 'A'", "connection_refused", "[exchange]")
        fails(LIVE + "[recovery]\n", "recovery.rerequest", "rerequest or glimpse")
        fails(LIVE + '[recovery]\nglimpse = "127.0.0.1:1"\naccount = "A"\n', "recovery.password", "glimpse needs a login")
        fails(LIVE + '[recovery]\nrerequest = "127.0.0.1:1"\n', "found a file")
        fails(LIVE, "none called 'absent7'", arguments=("--from", "af_packet:absent7"))
        fails(LIVE, "absent/x.pcap", arguments=("--to", "pcap:absent/x.pcap"))
        fails(LIVE, "absent/x.pcap", arguments=("--record", "absent/x.pcap"))
        fails(LIVE + 'control = "absent/s"\n', "absent/s")
        fails(LIVE, "one input when it is a file", arguments=("--from", "pcap:session.pcap", "--from", "pcap:session.pcap"))
        self.assert_fails("control", "absent", "status", names=["absent", "a run that answers"])

    def test_full_disk_ends_the_run_orderly(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("/dev/full is absent")
        self.live_config()
        # The commands beside it go to a real file.
        (self.folder / "record.pcap").symlink_to("/dev/full")
        self.assert_fails("run", "-q", "--config", "session.toml", "--record", "record.pcap",
                          names=["record.pcap", "cannot write"])

    def test_no_right_to_open_raw_sockets(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to give up its rights")
        self.live_config()
        self.folder.chmod(0o755)
        done = subprocess.run([self.command, "run", "-q", "--config", "session.toml", "--from", "af_packet:lo", "--to",
                               "pcap:/dev/null"], cwd=self.folder, text=True, capture_output=True, user=65534, group=65534,
                              extra_groups=[], timeout=60)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("the right to do this", done.stderr)


class Live(Wire, Runs):
    """Market data from A's va to B's vb; orders back, from B to a capture in A."""

    def start_run(self, live, *arguments, options=CLEAN):
        text = self.live_config(live, options=options)
        self.text = text
        process = subprocess.Popen(["ip", "netns", "exec", self.b, self.command, "run", "--config", "session.toml", *arguments],
                                   cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        line = ""
        while not line.startswith("run: orders to"):
            line = process.stderr.readline()
            self.assertRegex(line, "^run: ", "the run did not open")
        return process

    def start_orders_capture(self):
        process = subprocess.Popen(["ip", "netns", "exec", self.a, self.command, "capture", "--from", "af_packet:va", "--out",
                                    "orders.pcap"], cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        self.assertRegex(process.stderr.readline(), "^capture: ")
        return process

    def control(self, *request, status=0):
        done = self.run_command("control", "socket", "--timeout", PATIENCE, *request, status=status)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def wait_for(self, what):
        """The run's status once this is true of it."""
        def found():
            self.seen = self.control("status")
            return what(self.seen) and self.seen
        return self.until(found, "a status")

    def news(self):
        return f"; the last was {json.dumps(self.seen)}"

    def end(self, process, status=0):
        process.send_signal(signal.SIGTERM)
        out, error = process.communicate(timeout=2 * PATIENCE)
        self.assertEqual(process.returncode, status, out + error)
        return out

    def captured(self, capture):
        """Order frames that arrived in A: those to the configured port."""
        time.sleep(0.2)
        capture.send_signal(signal.SIGTERM)
        self.finish(capture)
        port = int(re.search(r'(?m)^destination = ".*:(\d+)"', self.text).group(1))
        return [f for f in self.orders("orders.pcap") if f[23] == 17 and int.from_bytes(f[36:38], "big") == port]

    def assert_replays(self, sent, least):
        """The record's replay gives the frames sent, but for the cancels of what was open when it stopped."""
        again = self.replayed()
        self.assertGreater(len(again), least)
        self.assertEqual(sent[:len(again)], again)
        self.assertEqual({f[42:43] for f in sent[len(again):]} - {b"X"}, set())

    def live(self, source):
        return (f'\n[live]\nfrom = "{source}"\nto = "af_packet:vb"\nrecord = "record.pcap"\ncontrol = "socket"\n'
                "arm_lag_ms = 60000\n")  # a run that gets no processor for a while is behind, and trades yet


class RunLive(Live):
    def trade(self, source, to):
        orders = self.start_orders_capture()
        run = self.start_run(self.live(source))
        self.assertFalse(self.control("status")["armed"])
        self.send(to, "--speed", "1")
        status = self.wait_for(lambda s: s["counters"]["frames"] >= len(self.orders("session.pcap")))
        self.assertTrue(status["armed"], status)
        out = self.end(run)
        self.assertIn("open orders: 0\n", out)
        self.assertFalse((self.folder / "socket").exists())
        self.assert_replays(self.captured(orders), 20)

    def test_udp_orders_equal_those_of_the_replayed_record(self):
        self.trade(f"udp:{LINES}@vb", f"udp:{LINES}@va")

    def test_af_packet_orders_equal_those_of_the_replayed_record(self):
        self.trade("af_packet:vb", "af_packet:va")

    def test_is_told_what_to_do_while_it_runs(self):
        orders = self.start_orders_capture()
        run = self.start_run(self.live("af_packet:vb"), options=LONG)
        self.assertIn("a process that answers", subprocess.run(
            ["ip", "netns", "exec", self.b, self.command, "run", "-q", "--config", "session.toml"], cwd=self.folder, text=True,
            capture_output=True, timeout=60).stderr)
        sender = self.sender()
        self.wait_for(lambda s: s["counters"]["orders"] >= 3)
        self.control("kill")
        killed = self.control("status")
        self.assertTrue(killed["killed"])
        after = self.wait_for(lambda s: s["counters"]["rejects"].get("kill", 0) >= 2)
        self.assertEqual(after["counters"]["orders"], killed["counters"]["orders"])
        self.control("release")
        self.wait_for(lambda s: s["counters"]["orders"] > killed["counters"]["orders"])
        symbol = re.search(r'(?m)^name = "(\S+)"', self.text).group(1)
        self.control("position", symbol, "-100")
        self.assertIn("expected the name of a configured symbol", self.control("trust", "NOSUCH", status=2))
        self.assertIn("expected status, arm", self.control("frobnicate", status=2))
        self.assertIn("4000000000, which no order has had", self.control("cancel", "4000000000", status=2))
        self.assertIn("expected the number of an order", self.control("cancel", symbol, status=2))
        # Good: nobody may buy or sell any more. The old one stays when the file is bad, or changes what it may not.
        config = self.folder / "session.toml"
        text = config.read_text()
        config.write_text(re.sub(r"(?m)^ways = .*", "ways = 4", text))
        self.assertIn("[order_table]", self.control("reload", status=2))
        config.write_text(text.replace("[risk]", "[risk]\nnonsense = 1", 1))
        self.assertIn("risk.nonsense", self.control("reload", status=2))
        nobody = re.sub(r'(?m)^permit = .*|permit = "\w+"', 'permit = "none"', text)
        self.assertNotEqual(nobody, text)
        config.write_text(nobody)
        self.control("reload")
        reloaded = self.control("status")
        after = self.wait_for(lambda s: s["counters"]["rejects"].get("permission", 0) >
                              reloaded["counters"]["rejects"].get("permission", 0) + 2)
        self.assertEqual(after["counters"]["orders"], reloaded["counters"]["orders"])
        config.write_text(text)
        run.send_signal(signal.SIGHUP)
        self.wait_for(lambda s: s["counters"]["orders"] > after["counters"]["orders"])
        self.control("stop")
        out, error = run.communicate(timeout=2 * PATIENCE)
        self.assertEqual(run.returncode, 0, out + error)
        sender.kill()
        self.assert_replays(self.captured(orders), 5)


if __name__ == "__main__":
    unittest.main()
