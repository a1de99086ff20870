#!/usr/bin/env python3
"""The constraint files hold Tcl that Vivado's commands take, and name what the RTL and the card have.

Commands are stood in for (scripts/fpga/record.tcl); ports and instances come from the elaborated core. What this cannot
tell is what Vivado does with them.
"""
import fnmatch
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "fpga"))
import flow  # noqa: E402

CONSTRAINTS = ROOT / "constraints"
CARDS = {  # number of SLRs, memory banks
    "u50": (2, {"HBM": 32}),
    "u55c": (3, {"HBM": 32}),
    "u250": (4, {"DDR": 4}),
}
# What the cards' platforms call the transceivers and clocks that a kernel may be connected with: from other designs for the
# same platforms, not from the platforms.
PLATFORM = {
    "u50": {"io_clk_qsfp_refclka_00", "io_gt_qsfp_00", "ii_level0_wire/ulp_m_aclk_freerun_ref_00"},
    "u55c": {"io_clk_qsfp0_refclka_00", "io_gt_qsfp0_00", "ii_level0_wire/ulp_m_aclk_freerun_ref_00"},
    "u250": {"io_clk_qsfp_refclka_00", "io_gt_qsfp_00", "ii_level1_wire/ulp_m_aclk_freerun_ref_00"},
}
# The MAC, ours or another one of this name, with what v++ connects (constraints/README.md).
OTHERS = {"twinpath_mac": {"S_AXIS", "M_AXIS", "ap_clk", "gt_refclk", "gt_serial_port", "clk_gt_freerun"}}
# Files that are read one behind the other, as scripts/build_xclbin gives them to v++.
BEHIND = {"kernel.tcl": CONSTRAINTS / "kernel.tcl"}
# How the signals of an interface end, by which the packager finds it.
INTERFACES = {"s_axis": "_tdata", "m_axis": "_tdata", "m_axi": "_awaddr", "s_axi_control": "_awaddr"}


class Wrong(Exception):
    pass


def split(line):
    """A Tcl list as the recorder prints it, to Python strings."""
    words, word, depth = [], "", 0
    for char in line.strip() + " ":
        if char == " " and depth == 0:
            if word:
                words.append(word[1:-1] if word[0] == "{" and word[-1] == "}" else word)
            word = ""
            continue
        depth += (char == "{") - (char == "}")
        word += char
    return words


class Design:
    def __init__(self, work):
        flow.elaborate("twinpath_kernel", ROOT / "hw" / "rtl", work)
        self.modules = json.loads((work / "elaborated.json").read_text())["modules"]
        flow.elaborate("mac_10g", ROOT / "hw" / "rtl", work)
        self.modules |= json.loads((work / "elaborated.json").read_text())["modules"]
        self.ports = set(self.modules[self.plain("twinpath_core")]["ports"])
        # Of the kernel as v++ sees it: clocks by their port, interfaces by their signals.
        kernel = set(self.modules[self.plain("twinpath_kernel")]["ports"])
        self.kernel = {p for p in kernel if p.startswith("ap_clk")}
        self.kernel |= {name for name, end in INTERFACES.items() if name + end in kernel}

    def plain(self, module):
        """The module of a source name, whatever parameters it was elaborated with."""
        for name in self.modules:
            if name == module or re.search(rf"\\{module}(\\|$)", name):
                return name
        return None

    def instance(self, module, path):
        name = self.plain(module)
        for step in path.split("/"):
            cells = self.modules[name]["cells"]
            if step.endswith("_reg"):  # Vivado's name of a register
                if step.removesuffix("_reg") not in self.modules[name]["netnames"]:
                    raise Wrong(f"{module} has no register {path}")
                return
            if step not in cells:
                raise Wrong(f"{module} has no instance {path}")
            name = cells[step]["type"]


def check_tcl(path, card, design):
    """`path` holds all that Vivado reads: for kernel.tcl, see joined()."""
    slrs, _ = CARDS[card]
    done = subprocess.run(["tclsh", ROOT / "scripts/fpga/record.tcl", path], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Wrong(done.stderr.strip())
    clocks, pblocks, calls = set(), set(), [split(line) for line in done.stdout.splitlines()]
    if not calls:
        raise Wrong(f"{path} calls nothing")
    for call in calls:
        command, text = call[0], " ".join(call)
        if command == "create_clock":
            clocks.add(call[call.index("-name") + 1])
        if "-clock" in call and call[call.index("-clock") + 1] not in clocks:
            raise Wrong(f"no clock is called {call[call.index('-clock') + 1]}")
        if command == "create_pblock":
            pblocks.add(call[1])
        if command == "get_pblocks" and call[1] not in pblocks:
            raise Wrong(f"no pblock is called {call[1]}")
        if command == "resize_pblock":
            for slr in call[call.index("-add") + 1].split():
                if not re.fullmatch(rf"SLR[0-{slrs - 1}]", slr):
                    raise Wrong(f"{card} has no {slr}")
        if command == "get_ports":
            names = call[1].split() if not call[1].startswith("-") else re.findall(r"\bNAME [!=]= (\S+?)}?(?=\s|$)", text)
            for name in names:
                if not fnmatch.filter(design.ports, name):
                    raise Wrong(f"twinpath_core has no port {name}")
        modules = set(re.findall(r"\bREF_NAME == (\w+)", text))
        for module in modules:
            if not design.plain(module):
                raise Wrong(f"no module is called {module}")
        if command == "get_pins":
            for pin in re.findall(r"REF_PIN_NAME == (\w+)", text):
                for module in modules:
                    known = design.modules[design.plain(module)]["ports"]
                    if pin not in known:
                        raise Wrong(f"{module} has no port {pin}")
        if command == "get_cells":
            for instance in re.findall(r"}/([\w/]+)", text):
                for module in modules:
                    design.instance(module, instance)
    return calls


def joined(card, file):
    """The text that goes to the tools."""
    text = (CONSTRAINTS / card / file).read_text()
    if file == "mac.cfg":
        text = (CONSTRAINTS / card / "link.cfg").read_text() + text
    return text + (BEHIND[file].read_text() if file in BEHIND else "")


def check_link(path, card, design):
    slrs, banks = CARDS[card]
    kernels, section = {}, ""
    ports = {"twinpath_kernel": design.kernel, **OTHERS}
    for number, raw in enumerate(path.read_text().splitlines(), 1):
        text = raw.split("#")[0].strip()
        if not text:
            continue
        if text.startswith("["):
            section = text
            if section not in ("[connectivity]", "[clock]"):
                raise Wrong(f"line {number}: no section is called {section}")
            continue
        key, _, value = text.partition("=")

        def port(name, number=number):
            instance, _, leaf = name.partition(".")
            if instance not in kernels or leaf not in ports[kernels[instance]]:
                raise Wrong(f"line {number}: no kernel port is called {name}")

        if section == "[connectivity]" and key == "nk":
            kernel, count, names = value.split(":")
            if kernel not in ports or len(names.split(".")) != int(count):
                raise Wrong(f"line {number}: {value} is not a kernel, a count and as many names")
            kernels.update(dict.fromkeys(names.split("."), kernel))
        elif section == "[connectivity]" and key == "slr":
            instance, slr = value.split(":")
            if instance not in kernels or not re.fullmatch(rf"SLR[0-{slrs - 1}]", slr):
                raise Wrong(f"line {number}: {card} has no {slr}, or no kernel is called {instance}")
        elif section == "[connectivity]" and key == "stream_connect":
            for end in value.split(":"):
                port(end)
        elif section == "[connectivity]" and key == "connect":
            ends = value.split(":")
            ours = [end for end in ends if end.split("/")[0] in kernels]
            if len(ends) != 2 or len(ours) != 1:
                raise Wrong(f"line {number}: {value} does not connect a kernel with the platform")
            port(ours[0].replace("/", "."))
            ends.remove(ours[0])
            if ends[0] not in PLATFORM[card]:
                raise Wrong(f"line {number}: the platform of {card} has no {ends[0]}")
        elif section == "[connectivity]" and key == "sp":
            name, bank = value.split(":")
            port(name)
            found = re.fullmatch(r"(\w+)\[(\d+)\]", bank)
            if not found or int(found[2]) >= banks.get(found[1], 0):
                raise Wrong(f"line {number}: {card} has no {bank}")
        elif section == "[clock]" and key == "freqHz":
            frequency, name = value.split(":")
            port(name)
            if frequency != "322265625":
                raise Wrong(f"line {number}: the core's clock is 322265625 Hz, not {frequency}")
        else:
            raise Wrong(f"line {number}: {key} is not known in {section}")
    if not kernels:
        raise Wrong("no kernel")


class Constraints(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.work = pathlib.Path(cls.folder.name)
        cls.design = Design(cls.work)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def copy(self, card, file):
        path = self.work / file
        path.write_text(joined(card, file))
        return path

    def refused(self, why, file, *edits, card="u50"):
        text = joined(card, file)
        for old, new in edits:
            self.assertIn(old, text)
            text = text.replace(old, new)
        copy = self.work / file
        copy.write_text(text)
        with self.assertRaisesRegex(Wrong, why):
            check_link(copy, card, self.design) if file.endswith(".cfg") else check_tcl(copy, card, self.design)

    def test_every_file_of_every_card(self):
        self.assertEqual({p.name for p in CONSTRAINTS.iterdir() if p.is_dir()}, set(CARDS))
        for card in CARDS:
            with self.subTest(card=card):
                calls = check_tcl(CONSTRAINTS / card / "core.xdc", card, self.design)
                self.assertIn("3.103", next(c for c in calls if c[0] == "create_clock"))
                calls = check_tcl(self.copy(card, "kernel.tcl"), card, self.design)
                both = {c[c.index("-from") + 1] for c in calls if c[0] == "set_max_delay"}
                self.assertEqual(len(both), 3, "crossings both ways, of the host's clock and the line's")
                relaxed = [(c[1], c[2], c[c.index("-from") + 1]) for c in calls if c[0] == "set_multicycle_path"]
                setup = {cells for cycles, kind, cells in relaxed if (cycles, kind) == ("2", "-setup")}
                self.assertEqual(setup, {cells for cycles, kind, cells in relaxed if (cycles, kind) == ("1", "-hold")})
                self.assertEqual(len(setup), 5, "values that are written while the kernel is stopped")
                check_link(CONSTRAINTS / card / "link.cfg", card, self.design)
                check_link(self.copy(card, "mac.cfg"), card, self.design)

    def test_a_port_that_is_not_there(self):
        self.refused("no port clk", "core.xdc", ("[get_ports clk_i]", "[get_ports clk]"))
        self.refused("no port clock", "core.xdc", ("NAME != clk_i", "NAME != clock"))

    def test_a_command_or_option_that_is_not_there(self):
        self.refused("invalid command name", "core.xdc", ("create_clock", "create_clok"))
        self.refused("no option -perod", "core.xdc", ("-period", "-perod"))
        self.refused("not closed", "core.xdc", ("{DIRECTION == OUT}", "{DIRECTION == OUT"))
        self.refused("no clock is called", "core.xdc", ("-name core_clk", "-name clk"))

    def test_an_instance_or_region_that_is_not_there(self):
        self.refused("no instance u_books", "kernel.tcl", ("$core/u_book]", "$core/u_books]"))
        self.refused("no register u_control/event_log_q_reg$", "kernel.tcl", ("event_log2_q", "event_log_q"))
        self.refused("no module is called twinpath_cor$", "kernel.tcl", ("== twinpath_core", "== twinpath_cor"))
        self.refused("has no port clk$", "kernel.tcl", ("== clk_i", "== clk"))
        self.refused("mac_10g has no port tx_clk$", "kernel.tcl", ("== tx_clk_i", "== tx_clk"))
        self.refused("u50 has no SLR2", "kernel.tcl", ("{SLR1}", "{SLR2}"))
        self.refused('can.t read "network_slr"', "kernel.tcl", ("set network_slr", "set slr"))

    def test_a_link_that_the_card_cannot_have(self):
        self.refused(r"u50 has no HBM\[32\]", "link.cfg", ("HBM[0]", "HBM[32]"))
        self.refused("no SLR2", "link.cfg", ("twinpath_0:SLR1", "twinpath_0:SLR2"))
        self.refused("no kernel port is called twinpath_0.s_axi$", "mac.cfg", (":twinpath_0.s_axis", ":twinpath_0.s_axi"))
        self.refused("no kernel port is called mac_0.gt_clk", "mac.cfg", ("mac_0/gt_refclk", "mac_0/gt_clk"))
        self.refused("platform of u50 has no io_gt_qsfp0_00", "mac.cfg", (":io_gt_qsfp_00", ":io_gt_qsfp0_00"))
        self.refused("does not connect a kernel with the platform", "mac.cfg", ("mac_0/gt_serial_port:io_gt_qsfp_00", "gt:io_gt_qsfp_00"))
        self.refused("no kernel port is called twinpath_0.m_axi_event", "link.cfg", ("sp=twinpath_0.m_axi:", "sp=twinpath_0.m_axi_event:"))
        self.refused("not 300000000", "link.cfg", ("322265625", "300000000"))


if __name__ == "__main__":
    if not shutil.which("tclsh") or not shutil.which("yosys"):
        print("skipped: tclsh or yosys is missing: scripts/install --test", file=sys.stderr)
        sys.exit(77)
    unittest.main()
