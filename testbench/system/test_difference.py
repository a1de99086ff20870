"""What a user sees when the twins differ: the command with a faulty core (testbench/faults) against the software path."""

import os
import unittest

from command import CLEAN, SystemTest, read_events


class Difference(SystemTest):
    def differ(self, fault):
        self.command = os.environ["TWINPATH_FAULTY"]
        os.environ["TP_FAULT"] = fault
        self.addCleanup(os.environ.pop, "TP_FAULT")
        self.generate(CLEAN)
        return self.replay("--lockstep", "-q", "--report", "report", paths=("sw:", "verilator:"), status=1)

    def test_stops_the_run_with_status_1_and_names_the_frame_and_the_field(self):
        done = self.differ("collar-off-by-one")
        verdict, what = done.stdout.split("\n", 1)
        self.assertRegex(verdict, r"^lockstep: \d+ frames, \d+ orders, \d+ rejections: first difference at frame \d+$")
        self.assertIn("check_mask", what)
        frames = int(verdict.split()[1])
        self.assertLess(int(verdict.split()[-1]), frames, "the run stops there")

    def test_leaves_both_states_and_a_waveform_of_the_window(self):
        done = self.differ("order-frame-side")
        self.assertIn("the bytes of the order frame do not", done.stdout)
        self.assertIn("  sw:: order of frame", done.stdout)
        self.assertIn("  verilator:: order of frame", done.stdout)
        self.assertGreater((self.folder / "report" / "difference.fst").stat().st_size, 10_000)
        self.assertIn("first difference", (self.folder / "report" / "report.txt").read_text())
        self.assertGreater(len(read_events(self.folder / "report" / "events-0.bin")), 0)

    def test_is_none_without_the_fault(self):
        self.command = os.environ["TWINPATH_FAULTY"]
        self.generate(CLEAN)
        self.lockstep()


if __name__ == "__main__":
    unittest.main()
