#!/usr/bin/env python3
"""What Vivado and v++ are told of the kernel, against the RTL and against what the simulated card's xclbin says.

Vivado's commands are stood in for (vivado.tcl); what it makes of them is not known here. Yosys reads the ports, so that the
generator's own reading of them has a witness. TP_EMULATED names the xclbin of the simulated card, in a build that has one.
"""
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "fpga"))
import kernel  # noqa: E402
from kernel_checks import register_problems, words, xml_problems  # noqa: E402

PART = "xcu50-fsvh2104-2-e"
EMBEDDED_METADATA = 2  # xclbin.h, enum axlf_section_kind


def yosys_module(name, *files, folder):
    """Ports as (direction, width) and cells of a module, its instances left open."""
    out = folder / f"{name}.json"
    subprocess.run(["yosys", "-q", "-p", f"read_verilog -sv -I{ROOT}/hw/rtl {' '.join(map(str, files))}; proc; write_json {out}"],
                   check=True, capture_output=True, text=True)
    module = json.loads(out.read_text())["modules"][name]
    return {p: (v["direction"], len(v["bits"])) for p, v in module["ports"].items()}, module["cells"], module["ports"]


class Described(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.work = pathlib.Path(cls.folder.name)
        cls.out = cls.work / "ip"
        cls.kernel = kernel.Kernel()
        cls.kernel.write(cls.out)
        sources = [ROOT / "hw/rtl" / n for n in ("control/twinpath_regs_pkg.sv", "top/twinpath_kernel.sv")]
        cls.ports, _, _ = yosys_module("twinpath_kernel", *sources, folder=cls.work)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    # ---- ports and the Verilog top

    def top_problems(self, text):
        path = self.work / "top.v"
        path.write_text(text)
        ports, cells, bits = yosys_module("twinpath_kernel", path, folder=self.work)
        found = [f"port {n}: expected {self.ports.get(n)}, found {ports.get(n)}" for n in {*ports, *self.ports}
                 if ports.get(n) != self.ports.get(n)]
        (cell,) = cells.values()
        found += [f"port {n} is not connected with its own" for n, v in bits.items() if cell["connections"].get(n) != v["bits"]]
        return found + ([] if cell["type"] == kernel.BODY else [f"holds {cell['type']}"])

    def test_ports_are_read_as_yosys_reads_them(self):
        self.assertEqual({p.name: (p.direction, p.width) for p in self.kernel.ports}, self.ports)

    def test_the_verilog_top_has_the_ports_and_passes_each_on(self):
        text = (self.out / "src/twinpath_kernel.v").read_text()
        self.assertEqual(self.top_problems(text), [])
        swapped = text.replace(".ap_clk(ap_clk)", ".ap_clk(ap_clk_2)")
        self.assertIn("port ap_clk is not connected with its own", self.top_problems(swapped))
        narrow = text.replace("[511:0] m_axi_wdata", "[255:0] m_axi_wdata")
        self.assertTrue(any("port m_axi_wdata: expected ('output', 512)" in p for p in self.top_problems(narrow)))

    def test_the_body_is_the_kernel_under_another_name(self):
        text = (self.out / "src/top/twinpath_kernel_body.sv").read_text()
        self.assertEqual(text.replace("module twinpath_kernel_body", "module twinpath_kernel"), self.kernel.text)
        self.assertFalse((self.out / "src/top/twinpath_kernel.sv").exists())

    def test_a_port_that_cannot_be_read_is_an_error(self):
        for old, new, why in (("input  wire logic                ap_clk,", "inout wire ap_clk,", "inout wire ap_clk,' is not a port"),
                              ("s_axis_tuser,", "fifo_level,", "port fifo_level belongs to no interface"),
                              ("[DATA_W-1:0]   s_axis_tdata", "[WIDTH-1:0]   s_axis_tdata", "'WIDTH-1' is not a width"),
                              ("// Network, ap_clk_2.", "// Network.", None)):
            self.assertIn(old, self.kernel.text)
            changed = self.kernel.text.replace(old, new)
            if why:
                with self.assertRaisesRegex(kernel.Wrong, re.escape(why)):
                    kernel.read_interfaces(*kernel.read_ports(changed))
            else:
                with self.assertRaisesRegex(kernel.Wrong, "no comment above s_axis_tdata names its clock"):
                    kernel.read_interfaces(*kernel.read_ports(changed))

    def test_an_argument_without_register_is_an_error(self):
        with self.assertRaisesRegex(kernel.Wrong, "the register map has no kKernelBellBase"):
            kernel.read_arguments('{"doorbell", regs::kKernelBellBase}', self.kernel.registers)

    # ---- kernel XML

    def test_the_xml_says_what_the_rtl_has(self):
        self.assertEqual(xml_problems((self.out / "kernel.xml").read_text(), self.ports), [])

    def test_a_wrong_xml_is_caught(self):
        text = (self.out / "kernel.xml").read_text()
        for old, new, why in (("user_managed", "ap_ctrl_hs", "hwControlProtocol: expected user_managed"),
                              ('dataWidth="512"', 'dataWidth="256"', "port m_axi: 256 bits, the RTL has 512"),
                              ('name="s_axis" mode="read_only"', 'name="s_axis" mode="write_only"', "port s_axis: mode write_only"),
                              ('range="0x10000"', 'range="0x1000"', "is not what its address reaches"),
                              ('<port name="m_axis"', '<port name="n_axis"', "the RTL has no n_axis_tdata"),
                              ('<port name="m_axis"', '<port name="n_axis"', "interface m_axis of the RTL is no port"),
                              ('id="1"', 'id="2"', "argument doorbell: number 2 at place 1"),
                              ('name="mailbox"', 'name="events"', "two arguments are called events"),
                              ('id="0" port="m_axi"', 'id="0" port="m_axj"', "argument events: there is no port m_axj"),
                              ('addressQualifier="4"', 'addressQualifier="1"', "qualifier 1 on a port that is stream"),
                              ("</kernel>", "", "not XML")):
            self.assertIn(old, text)
            found = xml_problems(text.replace(old, new), self.ports)
            self.assertTrue(any(why in f for f in found), (why, found))

    def emulated(self):
        path = os.environ.get("TP_EMULATED", "")
        if not path:
            self.skipTest("this build has no simulated card: TP_EMULATED names no xclbin")
        self.assertTrue(pathlib.Path(path).exists(), f"{path} is not there; build the target tp_simulated_card")
        data = pathlib.Path(path).read_bytes()
        # xclbin.h: struct axlf, its section headers from byte 496, 40 bytes each.
        (count,) = struct.unpack_from("<I", data, 488)
        for i in range(count):
            kind, offset, size = struct.unpack_from("<I20xQQ", data, 496 + 40 * i)
            if kind == EMBEDDED_METADATA:
                return ElementTree.fromstring(data[offset:offset + size])
        raise AssertionError(f"{path} has no metadata")

    @staticmethod
    def told(root):
        """Name and protocol, ports, and arguments in memory: what both files say."""
        (found,) = [k for k in root.iter("kernel") if k.get("name") == "twinpath_kernel"]
        memory = [dict(a.attrib) for a in found.iter("arg") if a.get("addressQualifier") == "1"]
        return ((found.get("name"), found.get("hwControlProtocol")), {p.get("name"): dict(p.attrib) for p in found.iter("port")}, memory)

    def test_the_simulated_card_says_the_same(self):
        emulated = self.emulated()
        text = (self.out / "kernel.xml").read_text()
        self.assertEqual(self.told(emulated), self.told(ElementTree.fromstring(text)))
        for old, new in (('offset="0x4020"', 'offset="0x4028"'), ('dataWidth="64"', 'dataWidth="128"'), ('"mailbox"', '"post"')):
            self.assertIn(old, text)
            self.assertNotEqual(self.told(emulated), self.told(ElementTree.fromstring(text.replace(old, new))))

    # ---- package_kernel.tcl

    def record(self, change=None, data=None):
        """Exit status, calls and complaint of the packaging script, with one place of it or of kernel.tcl changed."""
        script = self.work / "package_kernel.tcl"
        told = self.out / "kernel.tcl"
        before = told.read_text()
        for path, text, edit in ((script, (ROOT / "scripts/fpga/package_kernel.tcl").read_text(), change), (told, before, data)):
            if edit:
                self.assertIn(edit[0], text)
                text = text.replace(*edit, 1)
            path.write_text(text)
        environment = {**os.environ, "TP_KERNEL_OUT": str(self.out), "TP_KERNEL_PART": PART, "TP_KERNEL_XO": str(self.work / "k.xo")}
        done = subprocess.run(["tclsh", ROOT / "scripts/fpga/record.tcl", script, ROOT / "testbench/fpga/vivado.tcl"],
                              env=environment, capture_output=True, text=True)
        told.write_text(before)
        return done.returncode, [words(line) for line in done.stdout.splitlines()], done.stderr.strip()

    def problems(self, change=None, data=None):
        status, calls, error = self.record(change, data)
        if status:
            return [error]
        found, added, registers, linked, clocked, resets = [], set(), {}, {}, {}, {}
        for call in calls:
            if call[0] == "add_files":
                added.add(call[-1])
                if not pathlib.Path(call[-1]).is_file():
                    found.append(f"{call[-1]} does not exist")
            elif call[0] == "get_files" and call[1] not in added:
                found.append(f"{call[1]} is not among the files added")
            elif call[0] == "set_property" and call[1] == "include_dirs" and not pathlib.Path(call[2]).is_dir():
                found.append(f"{call[2]} is no folder")
            elif call[0] == "set_property" and call[1] == "top" and not any(p.endswith(f"/{call[2]}.v") for p in added):
                found.append(f"no Verilog file holds the top {call[2]}")
            elif call[0] == "set_property" and call[-1].startswith("ipx::add_register{"):
                registers.setdefault(call[-1][18:].split()[0], {})[call[1]] = call[2]
            elif call[0] == "set_property" and call[1] == "value":
                linked[re.search(r"ipx::add_register\{(\w+)", call[3])[1]] = call[2]
            elif call[0] == "ipx::associate_bus_interfaces":
                options = dict(zip(call[1:-1:2], call[2:-1:2]))
                if "-busif" in options:
                    clocked[options["-busif"]] = options["-clock"]
                else:
                    resets[options["-clock"]] = options["-reset"]
        for name in [*clocked.values(), *resets, *resets.values()]:
            if name not in self.ports:
                found.append(f"the RTL has no port {name}")
        for name in {p.rsplit("_", 1)[0] for p in self.ports if not p.startswith("ap_")} ^ set(clocked):
            found.append(f"interface {name}: not in both the RTL and the package")
        expected = {"s_axi_control": "ap_clk", "m_axi": "ap_clk", "s_axis": "ap_clk_2", "m_axis": "ap_clk_2"}
        found += [f"interface {n} is clocked by {c}" for n, c in clocked.items() if n in expected and expected[n] != c]
        found += register_problems({n: (int(v["address_offset"]), int(v["size"])) for n, v in registers.items()})
        bases = {r["name"] for _, r in self.kernel.arguments}
        if linked != dict.fromkeys(bases, "m_axi"):
            found.append(f"addresses on m_axi: expected {sorted(bases)}, found {linked}")
        rtl = {p.stem for p in (ROOT / "hw/rtl").rglob("*.sv")} - {"twinpath_kernel"} | {kernel.BODY}
        missing = rtl - {pathlib.Path(a).stem for a in added}
        if missing:
            found.append(f"not packaged: {' '.join(sorted(missing))}")
        order = [c[0] for c in calls]
        wanted = ["create_project", "add_files", "update_compile_order", "ipx::package_project", "ipx::add_memory_map",
                  "ipx::update_checksums", "ipx::check_integrity", "ipx::save_core", "package_xo"]
        places = [order.index(w) if w in order else -1 for w in wanted]
        if -1 in places or places != sorted(places):
            found.append(f"expected {' '.join(wanted)} in this order")
        return found

    def test_packages_the_kernel(self):
        self.assertEqual(self.problems(), [])

    def test_a_wrong_script_is_caught(self):
        for change, why in ((("ipx::save_core", "ipx::save_cor"), "invalid command name"),
                            (("-ctrl_protocol user_managed", "-ctrl_protocol user"), "no control protocol user"),
                            (("-taxonomy", "-taxonomie"), "no option -taxonomie"),
                            (("sdx_kernel true", "sdx_kernal true"), "no property sdx_kernal"),
                            (("set_property size $bits $added", "set_property size $bits $block"), "no property size"),
                            (("ipx::add_register $register $block", "ipx::add_register $register $map"), "expected what ipx::add_address_block"),
                            (("Verilog Header", "Verilog Heater"), "expected Verilog Header"),
                            (("$out/src [current", "$out/source [current"), "source is no folder"),
                            (("ipx::check_integrity -kernel $core\n", ""), "in this order"),
                            (("set_property top $kernel", "set_property top twinpath_core"), "no Verilog file holds the top"),
                            (("package_xo -force", "package_xo -force -kernel"), "no option -kernel"),
                            (("source $out/kernel.tcl", "source $out/kernels.tcl"), "no such file")):
            with self.subTest(why=why):
                found = self.problems(change)
                self.assertTrue(any(why in f for f in found), (why, found))

    def test_wrong_data_is_caught(self):
        for data, why in ((("src/risk/risk_fill.sv", "src/risk/risk_fil.sv"), "risk_fil.sv does not exist"),
                          (("  src/risk/risk_fill.sv\n", ""), "not packaged: risk_fill"),
                          (("{m_axi ap_clk}", "{m_axi ap_clk_2}"), "interface m_axi is clocked by ap_clk_2"),
                          (("{m_axi ap_clk}", "{m_axi ap_clock}"), "the RTL has no port ap_clock"),
                          (("{m_axi ap_clk}", "{m_axj ap_clk}"), "interface m_axj: not in both"),
                          (("ap_rst_n_2", "ap_rst_2"), "the RTL has no port ap_rst_2"),
                          (("{kernel_status 16388", "{kernel_status 16392"), "register kernel_status: expected (16388, 32)"),
                          (("{kernel_status ", "{kernel_stat "), "the RTL has no register kernel_stat"),
                          (("16388 32 read-only", "16388 32 readable"), "expected read-write|read-only|write-only"),
                          (("64 read-write m_axi", "64 read-write {}"), "addresses on m_axi")):
            with self.subTest(why=why):
                found = self.problems(data=data)
                self.assertTrue(any(why in f for f in found), (why, found))


if __name__ == "__main__":
    if not shutil.which("tclsh") or not shutil.which("yosys"):
        print("skipped: tclsh or yosys is missing: scripts/install --test", file=sys.stderr)
        sys.exit(77)
    unittest.main()
