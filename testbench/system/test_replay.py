"""`twinpath replay` on generated sessions: one path, two in lockstep, the report folder, waveforms."""

import collections
import json
import struct
import unittest

from command import BOOK, CANCEL, CHECKS, CLEAN, ORDER, REJECT, RULES, STATE, SystemTest, read_events, read_pcap


class Software(SystemTest):
    def test_alone_reports_on_the_terminal(self):
        self.generate_hostile()
        done = self.replay()
        frames = len(read_pcap(self.folder / "session.pcap"))
        self.assertIn(f"{frames:,} frames, ", done.stdout)
        self.assertNotIn("lockstep", done.stdout)
        self.assertIn("sw:", done.stdout)

    def test_quiet_prints_nothing(self):
        self.generate(CLEAN)
        done = self.replay("-q")
        self.assertEqual((done.stdout, done.stderr), ("", ""))

    def test_in_lockstep_with_itself_is_identical_and_measuring_changes_nothing(self):
        self.generate_hostile()
        measured = self.lockstep("--report", "measured", paths=("sw:", "sw:"))
        plain = self.lockstep("--report", "plain", "--no-measure", paths=("sw:", "sw:"))
        self.assertEqual(measured, plain)
        self.assertEqual(read_events(self.folder / "measured/events-0.bin"), read_events(self.folder / "plain/events-0.bin"))

    def test_report_figures_agree_with_the_events(self):
        self.generate_hostile()
        self.replay("-q", "--report", "report")
        check_report(self, ["sw:"])


class Lockstep(SystemTest):
    def test_of_a_hostile_session_is_identical(self):
        self.generate_hostile()
        frames, orders, rejections = self.lockstep("--report", "report")
        report = check_report(self, ["sw:", "verilator:"])
        self.assertEqual(report["verdict"], "identical")
        self.assertEqual(report["verdict_line"],
                         f"lockstep: {frames} frames, {orders} orders, {rejections} rejections: identical")
        self.assertEqual((report["frames"], report["orders"]), (frames, orders))
        self.assertEqual(sum(report["rejects_by_reason"].values()), rejections)
        self.assertEqual(frames, len(read_pcap(self.folder / "session.pcap")))
        # The session was as hostile as it claims to be, and traded all the same.
        self.assertGreater(orders, 100)
        self.assertGreater(rejections, 30)
        counters = report["paths"][0]["counters"]
        for name in ("duplicate_messages gaps_opened gaps_lost lost_messages reorder_stored reorder_replayed truncated_block"
                     " bad_message_length unknown_type unknown_reference drop_short drop_ip_checksum drop_wrong_session"
                     " msg_trading_action msg_luld_collar msg_operational_halt cancels").split():
            self.assertGreater(counters[name], 0, name)

    def test_of_dense_inputs_is_identical(self):
        self.generate_hostile()
        self.assertEqual(self.lockstep(paths=("sw:", "verilator:dense")), self.lockstep(paths=("sw:", "verilator:")))
        # Where it leads, it is late with its orders, so the exchange answers later: other orders, the same on both.
        self.lockstep(paths=("verilator:dense", "sw:"))

    def test_of_a_clean_session_with_market_hours_is_identical(self):
        self.generate(CLEAN, any_session=False)
        frames, orders, _ = self.lockstep()
        self.assertGreater(orders, 50)

    def test_every_path_writes_the_same_order_frames(self):
        self.generate_hostile()
        captures = []
        for i, path in enumerate(("sw:", "verilator:")):
            self.replay("-q", "--orders", f"orders-{i}.pcap", paths=(path,))
            captures.append(read_pcap(self.folder / f"orders-{i}.pcap"))
        self.assertGreater(len(captures[0]), 100)
        self.assertEqual(captures[0], captures[1])


class Waveform(SystemTest):
    def test_holds_the_frames_asked_for(self):
        self.generate(CLEAN)
        sizes = {}
        for last in (110, 400):
            self.replay("-q", "--wave", f"{last}.fst", "--wave-from", "100", "--wave-to", last, paths=("verilator:",))
            wave = (self.folder / f"{last}.fst").read_bytes()
            # FST: a header block (type 0) of 329 bytes first; bytes 9 to 24 are the first and the last time.
            self.assertEqual(struct.unpack_from(">BQ", wave), (0, 329))
            start, end = struct.unpack_from(">QQ", wave, 9)
            self.assertLess(start, end)
            sizes[last] = len(wave)
        self.assertGreater(sizes[110], 10_000)
        self.assertGreater(sizes[400], sizes[110])


def check_report(test, paths):
    """The report folder is whole, and its figures are those counted from the events; returns report.json."""
    folder = test.folder / "report"
    expected = {"report.txt", "report.json", "report.html", "run.json", *(f"events-{i}.bin" for i in range(len(paths)))}
    test.assertEqual({f.name for f in folder.iterdir()}, expected)
    test.assertIn("</html>", (folder / "report.html").read_text())
    run = json.loads((folder / "run.json").read_text())
    test.assertEqual(run["paths"], paths)
    test.assertEqual(run["input"], str(test.folder / "session.pcap"))
    report = json.loads((folder / "report.json").read_text())
    test.assertIn(f"{report['frames']:,} frames", (folder / "report.txt").read_text())

    events = [read_events(folder / f"events-{i}.bin") for i in range(len(paths))]
    for other in events[1:]:
        test.assertEqual(events[0], other)
    kinds = collections.Counter(e.kind for e in events[0])
    test.assertEqual(kinds[BOOK], 0)
    test.assertGreater(kinds[STATE], 0)
    test.assertEqual((report["orders"], report["cancels"]), (kinds[ORDER], kinds[CANCEL]))
    reasons = collections.Counter(CHECKS[e.reason - 1] for e in events[0] if e.kind == REJECT)
    test.assertEqual(report["rejects_by_reason"], dict(reasons))
    for number, rule in enumerate(RULES):
        sent = sum(e.kind in (ORDER, CANCEL) and e.rule == number for e in events[0])
        rejected = sum(e.kind == REJECT and e.rule == number for e in events[0])
        test.assertEqual(report["rules"][rule], {"sent": sent, "rejected": rejected}, rule)
    test.assertEqual([p["name"] for p in report["paths"]], paths)
    for path in report["paths"]:
        counters = path["counters"]
        test.assertEqual(counters, report["paths"][0]["counters"])
        test.assertEqual((counters["frames"], counters["messages"]), (report["frames"], report["messages"]))
        test.assertEqual((counters["orders"], counters["cancels"]), (kinds[ORDER], kinds[CANCEL]))
        test.assertEqual(sum(v for k, v in counters.items() if k.startswith("reject_")), kinds[REJECT])
        test.assertEqual(sum(v for k, v in counters.items() if k.startswith("msg_")) + counters["unknown_type"], counters["messages"])
    for symbol in report["symbols"]:
        test.assertGreaterEqual(symbol["messages"], 0)
    test.assertEqual(sum(s["orders"] for s in report["symbols"]), kinds[ORDER])
    return report


if __name__ == "__main__":
    unittest.main()
