#!/usr/bin/env python3
"""scripts/synth --check refuses a block that grew, and a path through several that is too deep, and names it: deliberate faults in a copy
of the RTL."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SYNTH = ROOT / "scripts" / "synth"
HEAD = "assign m_data_o          = bypass_q ? bypass_data_q : rdata;"


class Check(unittest.TestCase):
    def check(self, file, edits, *what):
        with tempfile.TemporaryDirectory() as name:
            rtl = pathlib.Path(name) / "rtl"
            shutil.copytree(ROOT / "hw" / "rtl", rtl)
            text = (rtl / file).read_text()
            for old, new in edits:
                self.assertIn(old, text, f"{file} is not as this test expects it; adapt the fault")
                text = text.replace(old, new)
            (rtl / file).write_text(text)
            done = subprocess.run([SYNTH, "--check", "--rtl", rtl, *(what or ["fifo"])], capture_output=True, text=True, check=False)
        if done.returncode == 77:
            print(done.stderr, end="")
            sys.exit(77)
        return done.returncode, done.stderr

    def test_a_chain_of_adders_is_too_deep(self):
        chain = "logic [WIDTH-1:0] slow[0:4];\n  assign slow[0] = bypass_q ? bypass_data_q : rdata;\n  generate\n    for (genvar i = 0; i < 4; i++)"
        chain += " begin : gen_slow\n      assign slow[i+1] = slow[i] + (slow[i] >> 3);\n    end\n  endgenerate\n  assign m_data_o = slow[4];"
        code, message = self.check("mem/fifo.sv", [(HEAD, chain)])
        self.assertEqual(code, 1)
        self.assertRegex(message, r"fifo grew from \d+ to \d+ logic levels, .* -> .*; at most \d+ pass")
        self.assertRegex(message, r"fifo grew from \d+ to \d+ LUT; at most")

    def test_a_memory_that_falls_apart_into_flip_flops(self):
        code, message = self.check("mem/ram_sdp.sv", [
            ("logic [WIDTH-1:0] mem[0:DEPTH-1];", "logic [WIDTH*DEPTH-1:0] mem;"),
            ("if (we_i) mem[waddr_i] <= wdata_i;", "if (we_i) mem[waddr_i*WIDTH+:WIDTH] <= wdata_i;"),
            ("if (re_i) rdata_o <= mem[raddr_i];", "if (re_i) rdata_o <= mem[raddr_i*WIDTH+:WIDTH];"),
        ])  # fmt: skip
        self.assertEqual(code, 1)
        self.assertRegex(message, r"fifo grew from \d+ to \d+ flip-flops; at most")

    def test_a_multiplier_is_a_dsp_more(self):
        code, message = self.check("mem/fifo.sv", [(HEAD, "assign m_data_o = bypass_data_q[17:0] * rdata[17:0];")])
        self.assertEqual(code, 1)
        self.assertRegex(message, r"fifo grew from 0 to \d+ DSP; at most 0 pass")

    def test_a_large_memory_is_counted_by_its_shape(self):
        code, message = self.check("mem/fifo.sv", [("parameter int DEPTH = 16", "parameter int DEPTH = 8192")])
        self.assertEqual(code, 1)
        # 8,192 words of 32 bits: eight block RAMs, or two UltraRAMs.
        self.assertIn("fifo grew from 0 to 2 URAM; at most 0 pass", message)

    def test_a_path_through_two_blocks_is_too_deep(self):
        joined = ("--joined", "--top", "event_queue", "top")
        # An adder more: not too deep in the queue itself, but with what is behind it.
        code, message = self.check("mem/fifo.sv", [(HEAD, f"logic [WIDTH-1:0] slow;\n  {HEAD.replace('m_data_o', 'slow')}\n  assign m_data_o = slow + (slow >> 3) + (slow >> 5);")], *joined)
        self.assertEqual(code, 1)
        self.assertRegex(message, r"top: [78] levels, u_\w+\.\S+ .*-> event_q; at most 6 pass")


if __name__ == "__main__":
    unittest.main()
