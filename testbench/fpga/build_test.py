#!/usr/bin/env python3
"""scripts/package_kernel, build_xclbin and program_card: what they give the tools, and what they say where something is missing.

The tools are programs of a few lines that note how they were called and make the file they were asked for; build_xclbin's
command line is held against v++'s options. What the tools make of it is not known here.
"""
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLATFORMS = {"u50": "xilinx_u50_gen3x16_xdma_5_202210_1", "u55c": "xilinx_u55c_gen3x16_xdma_3_202210_1",
             "u250": "xilinx_u250_gen3x16_xdma_4_1_202210_1"}
# v++ --link, UG1393 "v++ General Options" and "v++ Command": option -> what its value has to be, None for no value.
VPP = {"--link": None, "--save-temps": None, "--target": "hw|hw_emu|sw_emu", "--platform": r"\S+", "--report_level": "0|1|2|estimate",
       "--config": r"/\S+\.cfg", "--vivado.prop": r"run\.impl_1\.STEPS\.OPT_DESIGN\.TCL\.PRE=/\S+", "--temp_dir": r"/\S+",
       "--log_dir": r"/\S+", "--report_dir": r"/\S+", "--output": r"/\S+\.xclbin"}
MAC = """<root versionMajor="1" versionMinor="9"><kernel name="twinpath_mac" language="ip" hwControlProtocol="ap_ctrl_none"><ports>
<port name="M_AXIS" mode="write_only" dataWidth="64" portType="stream"/>
<port name="S_AXIS" mode="read_only" dataWidth="64" portType="stream"/></ports><args/></kernel></root>"""


def command_problems(words):
    """What v++ would not take of a command line; the plain words are kernel objects."""
    found, objects, i = [], [], 1
    while i < len(words):
        word = words[i]
        if word not in VPP:
            if word.startswith("-"):
                found.append(f"v++ has no option {word}")
            elif not word.endswith(".xo"):
                found.append(f"{word} is no kernel object")
            else:
                objects.append(word)
        elif VPP[word]:
            i += 1
            if i == len(words) or not re.fullmatch(VPP[word], words[i]):
                found.append(f"{word}: expected {VPP[word]}, found {words[i] if i < len(words) else 'nothing'}")
            elif word == "--config" and not pathlib.Path(words[i]).is_file():
                found.append(f"{words[i]} does not exist")
            elif word == "--vivado.prop" and not pathlib.Path(words[i].split("=")[1]).is_file():
                found.append(f"{words[i]}: no such file")
        i += 1
    found += [f"{option} is missing" for option in ("--link", "--target", "--platform", "--output") if option not in words]
    return found if objects else [*found, "no kernel object"]


class Scripts(unittest.TestCase):
    def setUp(self):
        """A copy of what the scripts need, so that their output is not in the project's own build folder."""
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name) / "twinpath"
        self.tools = pathlib.Path(self.folder.name) / "tools"
        self.tools.mkdir()
        for part in ("scripts", "constraints", "hw/rtl"):
            shutil.copytree(ROOT / part, self.root / part, ignore=shutil.ignore_patterns("__pycache__"))
        (self.root / "drivers/xrt").mkdir(parents=True)
        shutil.copy(ROOT / "drivers/xrt/kernel_arguments.h", self.root / "drivers/xrt")
        self.noted = self.tools / "noted"

    def tool(self, name, text):
        path = self.tools / name
        path.write_text(f'#!/usr/bin/env bash\nprintf "%s\\n" "{name}" "$@" end >>"{self.noted}"\n{text}\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def platforms(self, card="u50"):
        folder = self.tools / "platforms" / PLATFORMS[card]
        folder.mkdir(parents=True)
        (folder / f"{PLATFORMS[card]}.xpfm").touch()
        return {"PLATFORM_REPO_PATHS": f"/nowhere:{folder.parent}", "XILINX_XRT": "/opt/xilinx/xrt"}

    def mac(self, *edits):
        text = MAC
        for old, new in edits:
            self.assertIn(old, text)
            text = text.replace(old, new)
        path = pathlib.Path(self.folder.name) / "mac.xo"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("twinpath_mac/kernel.xml", text)
        return path

    def run_script(self, name, *arguments, cwd=None, **environment):
        path = f"{self.tools}:{pathlib.Path(sys.executable).parent}:/usr/bin:/bin"
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("XILINX", "XCL", "PLATFORM", "TWINPATH", "TP_"))}
        return subprocess.run([self.root / "scripts" / name, *map(str, arguments)], capture_output=True, text=True, cwd=cwd,
                              env={**clean, "PATH": path, **environment})

    def calls(self):
        text = self.noted.read_text() if self.noted.exists() else ""
        return [call.split("\n") for call in text.split("\nend\n") if call]

    def refused(self, said, name, *arguments, **environment):
        result = self.run_script(name, *arguments, **environment)
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        self.assertIn(said, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)

    # ---- package_kernel

    def test_package_without_vivado(self):
        self.refused("scripts/package_kernel: vivado is not in PATH; source settings64.sh of Vitis 2022.1 or later "
                     "(XILINX_VIVADO names Vivado's folder)", "package_kernel", "--card", "u50")
        self.refused("no card named", "package_kernel")
        self.refused("card 'u9': expected u50, u55c or u250", "package_kernel", "--card", "u9")
        self.refused("no option --part", "package_kernel", "--part", "x")

    def test_package_gives_vivado_the_script_and_what_it_needs(self):
        self.tool("vivado", 'printf "%s\\n" "$TP_KERNEL_PART" >>"$TP_KERNEL_OUT/part"; touch "$TP_KERNEL_XO"')
        result = self.run_script("package_kernel", "--card", "u55c")
        self.assertEqual(result.returncode, 0, result.stderr)
        (call,) = self.calls()
        self.assertEqual(call[:5], ["vivado", "-mode", "batch", "-nojournal", "-log"])
        self.assertEqual(pathlib.Path(call[-1]), self.root / "scripts/fpga/package_kernel.tcl")
        out = self.root / "build/cards/u55c"
        self.assertEqual((out / "ip/part").read_text(), "xcu55c-fsvh2892-2L-e\n")
        self.assertTrue((out / "ip/kernel.xml").is_file())
        self.assertIn("build/cards/u55c/twinpath_kernel.xo", result.stdout)

    def test_package_says_when_vivado_made_nothing(self):
        self.tool("vivado", "true")
        self.refused("Vivado ended without", "package_kernel", "--card", "u50")

    def test_package_says_what_the_rtl_lacks(self):
        path = self.root / "hw/rtl/top/twinpath_kernel.sv"
        path.write_text(path.read_text().replace("s_axis_tuser,", "level,"))
        self.refused("port level belongs to no interface", "package_kernel", "--card", "u50", "--describe")

    # ---- build_xclbin

    def build(self, *arguments, card="u50"):
        self.tool("vivado", 'touch "$TP_KERNEL_XO"')
        self.tool("v++", 'while [ "$1" != --output ]; do shift; done; touch "$2"')
        result = self.run_script("build_xclbin", "--card", card, *arguments, **self.platforms(card))
        self.assertEqual(result.returncode, 0, result.stderr)
        return next(c for c in self.calls() if c[0] == "v++"), result.stdout

    def test_links_for_each_card(self):
        for card, name in PLATFORMS.items():
            with self.subTest(card=card):
                self.noted.unlink(missing_ok=True)
                mac = self.mac()
                call, said = self.build("--target", "hw", "--mac", mac, card=card)
                self.assertEqual(command_problems(call), [])
                configs = [call[i + 1] for i, w in enumerate(call) if w == "--config"]
                self.assertEqual(configs, [str(self.root / f"constraints/{card}/{n}.cfg") for n in ("link", "mac")])
                self.assertEqual(call[-2:], [str(self.root / f"build/cards/{card}/twinpath_kernel.xo"), str(mac)])
                self.assertTrue(call[call.index("--platform") + 1].endswith(f"{name}.xpfm"))
                self.assertIn(f"build/cards/{card}/twinpath.hw.xclbin", said)
                hook = call[call.index("--vivado.prop") + 1].split("=")[1]
                self.assertEqual(pathlib.Path(hook).read_text(), (ROOT / f"constraints/{card}/kernel.tcl").read_text()
                                 + (ROOT / "constraints/kernel.tcl").read_text())

    def test_links_with_the_own_mac(self):
        call, _ = self.build("--target", "hw", "--mac", "own", card="u55c")
        self.assertEqual(command_problems(call), [])
        out = self.root / "build/cards/u55c"
        self.assertEqual(call[-2:], [str(out / "twinpath_kernel.xo"), str(out / "twinpath_mac.xo")])
        self.assertIn(str(self.root / "constraints/u55c/mac.cfg"), call)
        scripts = [pathlib.Path(c[-1]).name for c in self.calls() if c[0] == "vivado"]
        self.assertEqual(scripts, ["package_kernel.tcl", "package_mac.tcl"])
        self.assertIn("set quad Quad_X0Y6", (out / "ip_mac/kernel.tcl").read_text())

    def test_a_mac_is_looked_for_where_the_command_was_typed(self):
        mac = self.mac()
        dry = self.run_script("build_xclbin", "--card", "u50", "--target", "hw", "--mac", mac.name, "--dry-run", cwd=mac.parent)
        self.assertEqual(dry.returncode, 0, dry.stderr)
        self.assertEqual(dry.stdout.split()[-1], str(mac))

    def test_platform_names_are_those_of_the_link_files(self):
        for card, name in PLATFORMS.items():
            self.assertIn(f"platform {name}.", (ROOT / f"constraints/{card}/link.cfg").read_text())

    def test_emulation_and_a_card_without_network_have_no_mac(self):
        call, _ = self.build("--target", "hw_emu")
        self.assertEqual(command_problems(call), [])
        self.assertNotIn("--vivado.prop", call)
        self.assertNotIn("mac.cfg", " ".join(call))
        self.refused("hw_emu takes --mac none only", "build_xclbin", "--card", "u50", "--target", "hw_emu", "--mac", self.mac())
        dry = self.run_script("build_xclbin", "--card", "u50", "--target", "hw", "--mac", "none", "--dry-run")
        self.assertEqual(dry.returncode, 0, dry.stderr)
        self.assertEqual(command_problems(dry.stdout.split()), [])
        self.assertNotIn("mac.cfg", dry.stdout)

    def test_a_wrong_command_line_is_caught(self):
        call, _ = self.build("--target", "hw", "--mac", self.mac())
        for old, new, why in (("--link", "--lnk", "v++ has no option --lnk"), ("hw", "hardware", "--target: expected"),
                              (call[call.index("--config") + 1], "/nowhere/link.cfg", "/nowhere/link.cfg does not exist"),
                              ("--report_level", "--report-level", "v++ has no option --report-level"),
                              (call[-1], "mac.txt", "mac.txt is no kernel object"),
                              (call[call.index("--vivado.prop") + 1], "run.impl_1.STEPS.OPT_DESIGN.TCL.PRE=/nowhere/k.tcl", "no such file")):
            found = command_problems([new if w == old else w for w in call])
            self.assertTrue(any(why in f for f in found), (why, found))

    def test_build_says_what_is_missing(self):
        hw = ("--card", "u50", "--target", "hw")
        self.refused("no MAC named: --mac own or FILE.xo, or --mac none", "build_xclbin", *hw)
        self.refused("MAC '/nowhere.xo': no such file", "build_xclbin", *hw, "--mac", "/nowhere.xo")
        self.refused("target 'sw': expected hw or hw_emu", "build_xclbin", "--card", "u50", "--target", "sw")
        self.refused("v++ is not in PATH; source settings64.sh of Vitis 2022.1 or later (XILINX_VITIS names its folder)",
                     "build_xclbin", *hw, "--mac", "none")
        self.tool("v++", "true")
        self.refused("XILINX_XRT is not set; source setup.sh of XRT 2.13 or later", "build_xclbin", *hw, "--mac", "none")
        self.refused(f"platform {PLATFORMS['u50']} is not in /nowhere; install its development package, or set PLATFORM_REPO_PATHS",
                     "build_xclbin", *hw, "--mac", "none", XILINX_XRT="/x", PLATFORM_REPO_PATHS="/nowhere")
        self.refused("vivado is not in PATH", "build_xclbin", *hw, "--mac", "none", **self.platforms())

    def test_build_says_when_vpp_made_nothing(self):
        self.tool("vivado", 'touch "$TP_KERNEL_XO"')
        self.tool("v++", "true")
        result = self.run_script("build_xclbin", "--card", "u50", "--target", "hw_emu", **self.platforms())
        self.assertEqual(result.returncode, 2)
        self.assertIn("v++ ended without an xclbin", result.stderr)

    def test_a_mac_of_another_kind_is_refused(self):
        for edit, why in ((('name="twinpath_mac"', 'name="cmac_0"'), "expected the kernel twinpath_mac, found cmac_0"),
                          (('name="M_AXIS"', 'name="RX"'), "expected a port M_AXIS, found RX S_AXIS"),
                          (('dataWidth="64"', 'dataWidth="512"'),
                           "port M_AXIS, dataWidth: expected 64, as s_axis of twinpath_kernel needs, found 512"),
                          (('mode="read_only"', 'mode="write_only"'), "port S_AXIS, mode: expected read_only"),
                          (("</root>", ""), "its kernel.xml is not XML")):
            self.refused(why, "build_xclbin", "--card", "u50", "--target", "hw", "--mac", self.mac(edit))
        other = pathlib.Path(self.folder.name) / "text.xo"
        other.write_text("no archive")
        self.refused("not a kernel object", "build_xclbin", "--card", "u50", "--target", "hw", "--mac", other)

    # ---- program_card

    def test_programs_and_tests_the_card_in_this_order(self):
        twinpath = self.tool("twinpath", "true")
        file = self.tools / "a.xclbin"
        file.touch()
        result = self.run_script("program_card", file, "--device", "0000:3b:00.1", TWINPATH=str(twinpath))
        self.assertEqual(result.returncode, 0, result.stderr)
        card = f"xrt:0000:3b:00.1,{file}"
        self.assertEqual([c[2:] for c in self.calls() if c[2] != "--help"],
                         [["inspect", str(file)], ["list"], ["program", card], ["selftest", card], ["status", card]])

    def test_program_stops_where_a_step_fails(self):
        twinpath = self.tool("twinpath", '[ "$2" != program ] || { echo "wrong map" >&2; exit 2; }')
        file = self.tools / "a.xclbin"
        file.touch()
        result = self.run_script("program_card", file, TWINPATH=str(twinpath))
        self.assertEqual((result.returncode, result.stderr), (2, "wrong map\n"))
        self.assertEqual(self.calls()[-1][2], "program")

    def test_program_says_what_is_missing(self):
        file = self.tools / "a.xclbin"
        self.refused("no xclbin named", "program_card")
        self.refused(f"xclbin '{file}': no such file; scripts/build_xclbin makes one", "program_card", file)
        file.touch()
        self.refused("twinpath is not there; build it", "program_card", file)
        without = self.tool("twinpath", "exit 1")
        self.refused("was built without XRT; install XRT 2.13 or later", "program_card", file, TWINPATH=str(without))


if __name__ == "__main__":
    unittest.main()
