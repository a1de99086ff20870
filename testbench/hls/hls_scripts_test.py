#!/usr/bin/env python3
"""The HLS kernels' pragmas, and the script that takes them through Vitis HLS, as far as that goes without it.

Commands of vitis_hls are stood in for (vitis_hls.tcl); what it makes of them is not known here.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HLS = ROOT / "hw" / "hls"
sys.path.insert(0, str(ROOT / "scripts" / "fpga"))
import hls_pragmas  # noqa: E402

SOURCES = sorted(p for p in HLS.glob("*/*.*") if p.suffix in (".h", ".cpp") and p.parent.name != "stand_in")
KERNELS = sorted(p.parent.name for p in HLS.glob("*/*_tb.cpp"))
STEPS = "csim csynth cosim export"


def tight(text):
    """Pragmas without the spaces that clang-format puts around their =."""
    return re.sub(r"#pragma HLS[^\n]*", lambda pragma: re.sub(r" = ", "=", pragma.group(0)), text)


class Pragmas(unittest.TestCase):
    def wrong(self, change):
        """What the checker says of bytecode_scan with `change` made to its text."""
        text = tight((HLS / "bytecode_scan" / "bytecode_scan.cpp").read_text())
        changed = change(text)
        self.assertNotEqual(changed, text, "the change changes nothing")
        return "\n".join(hls_pragmas.check("bytecode_scan.cpp", changed).wrong)

    def test_all_are_known_and_name_what_is_there(self):
        count = 0
        for path in SOURCES:
            checker = hls_pragmas.check(str(path.relative_to(ROOT)), path.read_text())
            self.assertEqual(checker.wrong, [])
            count += checker.count
        self.assertGreater(count, 70)

    def test_every_kernel_has_interfaces_and_pipelines(self):
        for kernel in KERNELS:
            text = "".join(tight(p.read_text()) for p in sorted((HLS / kernel).glob("*.*")))
            self.assertIn(f"{kernel}(", text)
            self.assertRegex(text, r"#pragma HLS INTERFACE mode=(m_axi|axis) ")
            self.assertIn("#pragma HLS PIPELINE II=1", text)

    def test_a_misspelt_pragma_is_caught(self):
        self.assertIn("HLS has no pragma PIPLINE", self.wrong(lambda t: t.replace("HLS PIPELINE", "HLS PIPLINE", 1)))

    def test_an_unknown_option_is_caught(self):
        self.assertIn("PIPELINE has no option I=1", self.wrong(lambda t: t.replace("PIPELINE II=1", "PIPELINE I=1", 1)))

    def test_a_value_of_another_kind_is_caught(self):
        self.assertIn("mode: expected m_axi|", self.wrong(lambda t: t.replace("mode=m_axi", "mode=maxi", 1)))

    def test_a_missing_option_is_caught(self):
        self.assertIn("STREAM needs variable=", self.wrong(lambda t: t.replace("STREAM variable=bytes", "STREAM", 1)))

    def test_a_variable_that_is_not_there_is_caught(self):
        self.assertIn("bytecode_scan has no variable byte_s",
                      self.wrong(lambda t: t.replace("STREAM variable=bytes", "STREAM variable=byte_s", 1)))

    def test_a_port_that_is_no_parameter_is_caught(self):
        self.assertIn("has no parameter kode", self.wrong(lambda t: t.replace("port=code ", "port=kode ", 1)))

    def test_a_pointer_without_interface_is_caught(self):
        self.assertIn("parameter jump_map has no INTERFACE pragma",
                      self.wrong(lambda t: re.sub(r"#pragma HLS INTERFACE mode=m_axi port=jump_map[^\n]*\n", "", t)))

    def test_a_memory_port_that_is_no_pointer_is_caught(self):
        self.assertIn("contracts is m_axi and no pointer",
                      self.wrong(lambda t: t.replace("mode=s_axilite port=contracts", "mode=m_axi port=contracts")))


@unittest.skipUnless(shutil.which("tclsh"), "tclsh is not installed")
class BuildScript(unittest.TestCase):
    def record(self, kernel, change=None, **environment):
        """Exit status, the calls that the script made, and what it complained of."""
        text = (HLS / "build.tcl").read_text()
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "build.tcl"
            changed = change(text) if change else text
            if change:
                self.assertNotEqual(changed, text, "the change changes nothing")
            script.write_text(changed)
            values = {"TP_HLS_ROOT": str(ROOT), "TP_HLS_KERNEL": kernel, "TP_HLS_PART": "xcu50-fsvh2104-2-e",
                      "TP_HLS_STEPS": STEPS, "TP_HLS_OUT": folder, **environment}
            result = subprocess.run(["tclsh", ROOT / "scripts/fpga/record.tcl", script, ROOT / "testbench/hls/vitis_hls.tcl"],
                                    env={**os.environ, **values}, capture_output=True, text=True)
        return result.returncode, result.stdout.splitlines(), result.stderr

    def problems(self, kernel, change=None):
        """What is wrong with the calls beyond their form: files and functions that are not there, calls out of order."""
        status, calls, error = self.record(kernel, change)
        found = [error.strip()] if status else []
        words = [call.replace("{", "").replace("}", "").split() for call in calls]
        sources = ""
        for call in words:
            if call[0] == "add_files":
                path = pathlib.Path(next(w for w in call[1:] if w.startswith("/")))
                if not path.exists():
                    found.append(f"{path} does not exist")
                elif "-tb" not in call:
                    sources += path.read_text()
                for include in re.findall(r"-I(\S+)", " ".join(call)):
                    if not pathlib.Path(include).is_dir():
                        found.append(f"{include} is no folder")
        top = next((call[1] for call in words if call[0] == "set_top"), "")
        if not re.search(rf'extern "C" void {re.escape(top)}\(', sources):
            found.append(f"the sources have no top function {top}")
        order = [call[0] for call in words]
        expected = ["open_project", "set_top", "add_files", "open_solution", "set_part", "create_clock", "csim_design",
                    "csynth_design", "cosim_design", "export_design"]
        places = [order.index(name) if name in order else -1 for name in expected]
        if -1 in places or places != sorted(places):
            found.append(f"expected {' '.join(expected)} in this order, found {' '.join(order)}")
        return found

    def test_takes_each_kernel_through_every_step(self):
        self.assertEqual(KERNELS, ["bytecode_scan", "margin_sweep", "strategy"])
        for kernel in KERNELS:
            self.assertEqual(self.problems(kernel), [])

    def test_clock_is_that_of_the_core(self):
        _, calls, _ = self.record(KERNELS[0])
        period = next(float(c.split()[2]) for c in calls if c.startswith("create_clock"))
        self.assertAlmostEqual(1000 / period, 322.265625, delta=0.05)

    def test_does_only_the_steps_asked_for(self):
        _, calls, _ = self.record(KERNELS[0], TP_HLS_STEPS="csim")
        self.assertEqual([c for c in calls if "_design" in c], ["csim_design -clean"])

    def test_a_file_that_is_not_there_is_caught(self):
        found = self.problems("bytecode_scan", lambda t: t.replace("bytecode_scan/bytecode_scan.cpp", "bytecode_scan/scan.cpp"))
        self.assertTrue(any("scan.cpp does not exist" in line for line in found), found)

    def test_a_top_function_that_is_not_there_is_caught(self):
        found = self.problems("margin_sweep", lambda t: t.replace("{margin_sweep c++14", "{margins c++14"))
        self.assertIn("the sources have no top function margins", found)

    def test_an_option_that_a_command_lacks_is_caught(self):
        found = self.problems("margin_sweep", lambda t: t.replace("csim_design -clean", "csim_design -cleen"))
        self.assertTrue(any("csim_design has no option -cleen" in line for line in found), found)

    def test_steps_out_of_order_are_caught(self):
        found = self.problems("margin_sweep", lambda t: t.replace("set_part $part\n", "").replace("exit\n", "set_part $part\nexit\n"))
        self.assertTrue(any("in this order" in line for line in found), found)

    def test_an_unknown_kernel_or_step_is_named(self):
        status, _, error = self.record("sorter")
        self.assertEqual(status, 1)
        self.assertIn("kernel 'sorter': expected one of bytecode_scan margin_sweep strategy", error)
        _, _, error = self.record(KERNELS[0], TP_HLS_STEPS="csim simulate")
        self.assertIn("step 'simulate': expected csim, csynth, cosim or export", error)


class Command(unittest.TestCase):
    def run_hls(self, *arguments):
        environment = {**os.environ, "PATH": "/usr/bin:/bin"}
        return subprocess.run([ROOT / "scripts" / "hls", *arguments], env=environment, capture_output=True, text=True)

    def test_without_the_tool_it_says_what_to_source(self):
        result = self.run_hls("bytecode_scan")
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stderr, "scripts/hls: vitis_hls is not in PATH; source settings64.sh of Vitis HLS 2022.1 "
                                        "or later (XILINX_HLS names its folder)\n")

    def test_wrong_words_are_named(self):
        for arguments, said in (([], "no kernel named"), (["sorter"], "kernel 'sorter'"),
                                (["bytecode_scan", "--card", "u9"], "card 'u9': expected u50, u55c or u250"),
                                (["bytecode_scan", "--fast"], "no option --fast")):
            result = self.run_hls(*arguments)
            self.assertEqual(result.returncode, 2)
            self.assertIn(said, result.stderr)


if __name__ == "__main__":
    unittest.main()
