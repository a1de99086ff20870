#!/usr/bin/env python3
"""The MAC's kernel: its wiring with the vendor's PCS, its kernel XML, and what Vivado is told of it.

Yosys elaborates twinpath_mac.v with the PCS's ports as PG210 lists them (twinpath_pcs.v); Vivado's commands are stood in for
(vivado.tcl). What Vivado makes of it, and whether a platform has the transceiver that constraints/CARD/mac.tcl names, is not known here.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "scripts" / "fpga"))
import flow  # noqa: E402
import kernel  # noqa: E402
import mac  # noqa: E402
import mac_object  # noqa: E402
from kernel_checks import words  # noqa: E402

CARDS = {"u50": "xcu50-fsvh2104-2-e", "u55c": "xcu55c-fsvh2892-2L-e", "u250": "xcu250-figd2104-2L-e"}
TOP = ROOT / "hw/rtl/mac/twinpath_mac.v"


class Mac(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.work = pathlib.Path(cls.folder.name)
        cls.mac = mac.Mac()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    # ---- wiring

    def wiring(self, *edits):
        """What is wrong with the top's connections, with places of it changed."""
        text = TOP.read_text()
        for old, new in edits:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        top, out = self.work / "top.v", self.work / "top.json"
        top.write_text(text)
        files = [*(ROOT / n for n in flow.listed(ROOT / "hw/rtl/mac/mac.f")), top, HERE / "twinpath_pcs.v"]
        done = subprocess.run(["yosys", "-q", "-p", f"read_verilog -sv -I{ROOT}/hw/rtl {' '.join(map(str, files))}; "
                               f"proc; write_json {out}; hierarchy -check -top {mac.NAME}"], capture_output=True, text=True)
        if done.returncode:
            return [(done.stderr + done.stdout).strip()]
        modules = json.loads(out.read_text())["modules"]
        self.ports = {n: (p["direction"], len(p["bits"])) for n, p in modules[mac.NAME]["ports"].items()}
        found = []
        for cell in modules[mac.NAME]["cells"].values():
            if cell["type"] not in modules:  # a gate
                continue
            for name, port in modules[cell["type"]]["ports"].items():
                wires = cell["connections"].get(name, [])
                if port["direction"] == "input" and not wires:
                    found.append(f"input {name} of {cell['type']} is open")
                if wires and len(wires) != len(port["bits"]):
                    found.append(f"{name} of {cell['type']}: {len(wires)} bits, expected {len(port['bits'])}")
        return found

    def test_is_wired_with_the_pcs(self):
        self.assertEqual(self.wiring(), [])
        self.assertEqual(self.ports, self.mac.ports)

    def test_wrong_wiring_is_caught(self):
        for edit, why in (((".tx_mii_d_0 ", ".tx_mii_data_0 "), "tx_mii_data_0"),
                          (("      .ctl_rx_test_pattern_0              (1'b0),\n", ""), "input ctl_rx_test_pattern_0 of twinpath_pcs is open"),
                          (("(3'b101)", "(1'b1)"), "txoutclksel_in_0 of twinpath_pcs: 1 bits, expected 3"),
                          ((".xgmii_rxc_i    (rxc)", ".xgmii_rxc_i    (rxc[3:0])"), "4 bits, expected 8"),
                          ((".s_axis_tuser_i (S_AXIS_tuser),", ".s_axis_tuser_i (),"), "input s_axis_tuser_i of mac_10g is open"),
                          (("mac_10g u_mac", "mac_25g u_mac"), "mac_25g")):
            with self.subTest(why=why):
                found = self.wiring(edit)
                self.assertTrue(any(why in f for f in found), (why, found))

    # ---- kernel XML

    def test_the_xml_is_what_the_links_connect(self):
        path = self.work / "own.xo"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"{mac.NAME}/kernel.xml", self.mac.xml())
        self.assertEqual(mac_object.check(path, kernel.Kernel()), "")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"{mac.NAME}/kernel.xml", self.mac.xml().replace('dataWidth="64"', 'dataWidth="32"'))
        self.assertIn("expected 64", mac_object.check(path, kernel.Kernel()))
        for card in CARDS:
            self.assertIn(f"nk={mac.NAME}:1:", (ROOT / f"constraints/{card}/mac.cfg").read_text())

    # ---- package_mac.tcl

    def problems(self, card, change=None, data=None):
        out = self.work / f"ip_{card}"
        out.mkdir(exist_ok=True)
        self.mac.write(out, card)
        script, told = self.work / "package_mac.tcl", out / "kernel.tcl"
        for path, text, edit in ((script, (ROOT / "scripts/fpga/package_mac.tcl").read_text(), change), (told, told.read_text(), data)):
            if edit:
                self.assertIn(edit[0], text)
                text = text.replace(*edit, 1)
            path.write_text(text)
        environment = {**os.environ, "TP_KERNEL_OUT": str(out), "TP_KERNEL_PART": CARDS[card], "TP_KERNEL_XO": str(self.work / "m.xo")}
        done = subprocess.run(["tclsh", ROOT / "scripts/fpga/record.tcl", script, HERE / "vivado.tcl"], env=environment,
                              capture_output=True, text=True)
        if done.returncode:
            return [done.stderr.strip()]
        found, order, clocked = [], [], []
        for call in map(words, done.stdout.splitlines()):
            order.append(call[0])
            if call[0] == "add_files" and not pathlib.Path(call[-1]).is_file():
                found.append(f"{call[-1]} does not exist")
            elif call[0] == "create_ip":
                ip = dict(zip(call[1::2], call[2::2]))
                if (ip["-name"], ip["-module_name"]) != ("xxv_ethernet", "twinpath_pcs"):
                    found.append(f"{ip['-name']} is made as {ip['-module_name']}")
            elif call[0] == "ipx::associate_bus_interfaces":
                clocked += [call[2]] if call[1] == "-busif" else []
                found += [f"the top has no port {p}" for p in call[2:-1:2] if p not in self.mac.ports and p not in self.mac.streams]
            elif call[0] == "set_property" and call[1] == "physical_name" and call[2] not in self.mac.ports:
                found.append(f"the top has no port {call[2]}")
        if sorted(clocked) != sorted(self.mac.streams):
            found.append(f"streams with a clock: {clocked}")
        wanted = ["create_project", "add_files", "create_ip", "update_compile_order", "ipx::package_project", "ipx::check_integrity",
                  "ipx::save_core", "package_xo"]
        places = [order.index(w) if w in order else -1 for w in wanted]
        if -1 in places or places != sorted(places):
            found.append(f"expected {' '.join(wanted)} in this order")
        return found

    def test_packages_the_mac_for_every_card(self):
        for card in CARDS:
            with self.subTest(card=card):
                self.assertEqual(self.problems(card), [])

    def test_a_wrong_script_is_caught(self):
        for change, why in ((("-name xxv_ethernet", "-name xxv_eth"), "xxv_eth is made as"),
                            (("CONFIG.LINE_RATE 10 ", "CONFIG.LINE_RATE 25 "), "expected 10, found 25"),
                            (("CONFIG.BASE_R_KR", "CONFIG.BASE_KR"), "no property CONFIG.BASE_KR"),
                            (("-ctrl_protocol ap_ctrl_none", "-ctrl_protocol none"), "no control protocol none"),
                            (("-clock ap_clk -reset ap_rst_n", "-clock ap_clock -reset ap_rst_n"), "no port ap_clock"),
                            (("gt_serial_port GTX_N}", "gt_serial_port GTX_M}"), "no port gt_serial_port_gtx_m"),
                            (("ipx::check_integrity -kernel $core\n", ""), "in this order")):
            with self.subTest(why=why):
                found = self.problems("u50", change)
                self.assertTrue(any(why in f for f in found), (why, found))

    def test_wrong_data_is_caught(self):
        for data, why in ((("161.1328125", "161.13"), "CONFIG.GT_REF_CLK_FREQ: expected"), (("  S_AXIS\n", ""), "streams with a clock"),
                          (("src/mac/mac_tx.sv", "src/mac/mac_tex.sv"), "mac_tex.sv does not exist"),
                          (("Quad_X0Y7", "X0Y7"), "CONFIG.GT_GROUP_SELECT: expected")):
            with self.subTest(why=why):
                found = self.problems("u50", data=data)
                self.assertTrue(any(why in f for f in found), (why, found))


if __name__ == "__main__":
    if not shutil.which("tclsh") or not shutil.which("yosys"):
        print("skipped: tclsh or yosys is missing: scripts/install --test", file=sys.stderr)
        sys.exit(77)
    unittest.main()
