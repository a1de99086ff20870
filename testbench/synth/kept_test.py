#!/usr/bin/env python3
"""The kept reports of scripts/synth and scripts/pnr are of blocks that there are, their pages say what they hold, a row of other RTL
is named, and a slower or larger block refused: with deliberate faults in copies. Nothing is mapped to a device."""
import copy
import importlib.machinery
import importlib.util
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RTL = ROOT / "hw" / "rtl"
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts" / "fpga"))
import cones  # noqa: E402
import flow  # noqa: E402
import placed  # noqa: E402
import report  # noqa: E402

loader = importlib.machinery.SourceFileLoader("pnr", str(ROOT / "scripts" / "pnr"))
pnr = importlib.util.module_from_spec(importlib.util.spec_from_loader("pnr", loader))
loader.exec_module(pnr)


def problems(kept, page, written, every):
    """What of a kept report cannot be so; `every`: each block has to have a row."""
    known = flow.blocks(RTL)
    wrong = [f"{block} is no block" for block in kept["blocks"] if block not in known]
    wrong += [f"{block} is in {row['folder']}" for block, row in kept["blocks"].items() if row.get("folder", known.get(block)) != known.get(block)]
    wrong += [f"{block} has no row" for block in known if every and block not in kept["blocks"]]
    wrong += [f"{top} is no block" for top in kept.get("joined", {}) if top not in known]
    return wrong + (["the page says something else"] if page(kept) != written else [])


class Kept(unittest.TestCase):
    def setUp(self):
        self.synth = (report.read(report.KEPT), report.page, report.KEPT.with_name(report.PAGE).read_text(), True)
        self.placed = (placed.read(placed.KEPT), placed.page, placed.KEPT.with_name(placed.PAGE).read_text(), False)

    def changed_rtl(self, work, *edits):
        rtl = pathlib.Path(work) / "rtl"
        shutil.copytree(RTL, rtl)
        for file, old, new in edits:
            text = (rtl / file).read_text()
            self.assertIn(old, text, f"{file} is not as this test expects it; adapt the fault")
            (rtl / file).write_text(text.replace(old, new))
        return rtl

    def test_both_reports_are_of_this_project(self):
        self.assertEqual(problems(*self.synth), [])
        self.assertEqual(problems(*self.placed), [])
        self.assertTrue(self.placed[0]["blocks"])

    def test_a_row_of_no_block_or_none_of_one_is_wrong(self):
        for kept, page, _, every in (self.synth, self.placed):
            kept = copy.deepcopy(kept)
            block = next(iter(kept["blocks"]))
            kept["blocks"]["fifos"] = kept["blocks"].pop(block)
            found = problems(kept, page, page(kept), every)
            self.assertIn("fifos is no block", found)
            self.assertEqual(f"{block} has no row" in found, every)

    def test_a_page_that_was_edited_is_wrong(self):
        for kept, page, written, every in (self.synth, self.placed):
            block, row = next(iter(kept["blocks"].items()))
            count = f"{row.get('lut', row.get('lut4')):,}"
            self.assertIn(count, written)
            self.assertEqual(problems(kept, page, written.replace(count, "1"), every), ["the page says something else"], block)

    def test_rows_of_other_rtl_are_named_and_only_those(self):
        today = flow.digests(RTL)
        with tempfile.TemporaryDirectory() as work:
            rtl = self.changed_rtl(work, ("risk/risk_first.sv", "parameter int WIDTH = 8", "parameter int WIDTH = 9"), ("mem/fifo.sv", "///", "/// Another word."))
            names = {"risk_first", "risk_verdict", "decide_stage", "twinpath_core", "twinpath_kernel"}
            self.assertEqual({b for b, digest in flow.digests(rtl).items() if digest != today[b]}, names)
            kept = pathlib.Path(work) / "synthesis.json"
            report.save(kept, "a tool", {b: {**row, "rtl": today[b]} for b, row in self.synth[0]["blocks"].items()}, {})
            for source, code in ((RTL, 0), (rtl, 1)):
                done = subprocess.run([ROOT / "scripts" / "synth", "--old", "--rtl", source, "--report", kept], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, code, done.stderr)
            self.assertEqual(set(done.stdout.splitlines()), names)
        with tempfile.TemporaryDirectory() as work:
            rtl = self.changed_rtl(work, ("book/book_types.svh", "typedef struct packed {", "typedef struct packed { logic more;"))
            self.assertEqual("book_stage" in {b for b, d in flow.digests(rtl).items() if d != today[b]}, True)
            self.assertEqual(flow.digests(rtl)["udp_parser"], today["udp_parser"])

    def test_groups_with_other_logic_in_front_are_named_and_only_those(self):
        with tempfile.TemporaryDirectory() as work:
            # A register and what leads to it is one group, the memory behind which it lies another.
            rtl = self.changed_rtl(
                work, ("order/event_queue.sv", "sum + {carry[14:0], 1'b1}", "sum - {carry[14:0], 1'b1}"), ("mem/fifo.sv", "///", "/// Another word.\n///")
            )
            fronts = []
            for source in (RTL, rtl):
                design = cones.Design("event_queue", source, pathlib.Path(work) / "work")
                fronts.append(design.digests(design.groups()))
            self.assertEqual(set(fronts[0]), {"top", "u_events", "u_reports"})
            rows = {group: report.joined_row(cone, 1, []) for group, cone in fronts[0].items()}
            self.assertEqual(report.joined_old(rows, fronts[0]), [])
            self.assertEqual(report.joined_old(rows, fronts[1]), ["top"])
            del rows["u_events"]
            self.assertEqual(report.joined_old(rows, fronts[0]), ["u_events"])

    def test_a_slower_or_larger_block_is_refused(self):
        kept = {"mhz": 100.0, "lut4": 1000, "ff": 100, "ebr": 2, "mult": 0, "from": "a_q", "to": "b_q"}
        self.assertEqual(placed.lost("fifo", kept, kept), [])
        self.assertEqual(placed.lost("fifo", {**kept, "mhz": 90.1, "lut4": 1050, "ff": 108}, kept), [])
        for change, message in (({"mhz": 89.9}, "fifo fell from 100.0 to 89.9 MHz, a_q -> b_q; at least 90.0 pass"),
                                ({"lut4": 1051}, "fifo grew from 1,000 to 1,051 LUT4; at most 1,050 pass"), ({"ff": 109}, "to 109 flip-flops; at most 108"),
                                ({"ebr": 3}, "to 3 block RAM; at most 2"), ({"mult": 1}, "to 1 multipliers; at most 0")):  # fmt: skip
            found = placed.lost("fifo", {**kept, **change}, kept)
            self.assertEqual(len(found), 1)
            self.assertIn(message, found[0])
        self.assertIn("not in the kept report", placed.lost("fifo", kept, None)[0])

    def test_what_makes_a_block_smaller_is_in_the_rtl(self):
        for block, smaller in pnr.SMALLER.items():
            with tempfile.TemporaryDirectory() as work:
                rtl = self.changed_rtl(work)
                header = rtl / "twinpath_types.svh"
                for name, values in smaller.get("constants", {}).items():
                    header = rtl / name
                    pnr.set_constants(header, values)
                    for constant, value in values.items():
                        self.assertRegex(header.read_text(), rf"{constant}\s*= {value};")
                with self.assertRaisesRegex(flow.Failed, "no constant TP_SYMBOL: adapt SMALLER"):
                    pnr.set_constants(header, {"TP_SYMBOL": 1})
            top = next(RTL.glob(f"*/{block}.sv")).read_text()
            for port in smaller.get("open", ()):
                self.assertRegex(top, rf"output logic .*\b{port}\b")
            for module, instance, port in smaller.get("tied", ()):
                *generated, name = instance.split(".")
                text = next(RTL.glob(f"*/{module}.sv")).read_text()
                self.assertRegex(text, rf"(?s)\b{name} \(.*?\.{port}\b")
                for label in generated:
                    self.assertIn(f": {label.split('[')[0]}\n", text)


if __name__ == "__main__":
    if not shutil.which("yosys"):
        print("skipped: yosys is missing: scripts/install --test", file=sys.stderr)
        sys.exit(77)
    unittest.main()
