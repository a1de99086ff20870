#!/usr/bin/env python3
"""What the vendor's tools have to be told about the kernel, from the RTL and the register map.

  scripts/fpga/kernel.py DIR   write kernel.xml, kernel.tcl and src/ below DIR

  kernel.xml  the kernel as v++ and the runtime see it: ports and arguments (UG1393, "RTL Kernel XML File")
  kernel.tcl  sources, interfaces, clocks and registers as Tcl lists, for package_kernel.tcl
  src/        the RTL as the packager takes it: hw/rtl as it is, and twinpath_kernel.v. The packager takes no SystemVerilog
              as the top of an IP (UG1118, "Top-Level HDL Requirements"), and the IP's top has the kernel's name: the copy
              of the module is called twinpath_kernel_body, and a Verilog module of the kernel's name holds it.

Ports are read from hw/rtl/top/twinpath_kernel.sv, registers from registers.json, which scripts/regmap makes from
twinpath.rdl, arguments from drivers/xrt/kernel_arguments.h. Nothing of these is written a second time here.
"""
import json
import pathlib
import re
import shutil
import sys
import xml.sax.saxutils

import flow

ROOT = pathlib.Path(__file__).resolve().parents[2]
KERNEL = "twinpath_kernel"
BODY = "twinpath_kernel_body"
VLNV = f"twinpath:kernel:{KERNEL}:1.0"
# Signal at the end of an interface's name by which its kind is known, and the one that says how wide its data is.
KINDS = {"_tdata": "_tdata", "_awaddr": "_wdata"}
PORT = re.compile(r"^\s*(input|output)\s+(?:wire\s+)?logic\s*(?:\[([^\]]+):0\])?\s*(\w+)\s*,?\s*(?://.*)?$")
PARAMETER = re.compile(r"^\s*parameter\s+int\s+(\w+)\s*=\s*(\d+)\s*,?\s*(?://.*)?$")


class Wrong(Exception):
    """The sources do not say what is needed."""


class Port:
    def __init__(self, name, direction, width):
        self.name, self.direction, self.width = name, direction, width


class Interface:
    """kind: lite, memory or stream; master: of the kernel's side. width: of its data, bits."""

    def __init__(self, name, kind, master, width, clock):
        self.name, self.kind, self.master, self.width, self.clock = name, kind, master, width, clock


def number(text, parameters):
    """An expression of integers, parameters, + - * and /."""
    known = re.sub(r"\b[A-Za-z_]\w*\b", lambda m: str(parameters.get(m.group(0), m.group(0))), text)
    if not re.fullmatch(r"[\d\s+*/()-]+", known):
        raise Wrong(f"'{text}' is not a width of numbers and parameters")
    return int(eval(known.replace("/", "//"), {"__builtins__": {}}))  # digits and operators only


def read_ports(text):
    """Ports of the kernel's module in order, and the clock of each interface, which a comment above the ports says."""
    head = re.search(rf"^module {KERNEL} #\((.*?)^\) \((.*?)^\);", text, re.M | re.S)
    if not head:
        raise Wrong(f"hw/rtl/top/{KERNEL}.sv: there is no module {KERNEL} with parameters and ports of its own lines")
    parameters = {}
    for line in head[1].splitlines():
        if line.strip():
            found = PARAMETER.match(line)
            if not found:
                raise Wrong(f"hw/rtl/top/{KERNEL}.sv: '{line.strip()}' is not a parameter int with a number")
            parameters[found[1]] = int(found[2])
    ports, clocks, clock = [], {}, None
    for line in head[2].splitlines():
        if line.strip().startswith("//"):
            named = re.findall(r"\bap_clk\w*", line)
            clock = named[0] if named else clock
        elif line.strip():
            found = PORT.match(line)
            if not found:
                raise Wrong(f"hw/rtl/top/{KERNEL}.sv: '{line.strip()}' is not a port of logic")
            width = number(found[2], parameters) + 1 if found[2] else 1
            ports.append(Port(found[3], found[1], width))
            clocks[found[3]] = clock
    return ports, clocks


def read_interfaces(ports, clocks):
    widths = {p.name: p.width for p in ports}
    found = []
    for port in ports:
        for end, data in KINDS.items():
            if port.name.endswith(end):
                name = port.name[: -len(end)]
                kind = "stream" if end == "_tdata" else "lite" if widths[name + data] == 32 else "memory"
                if clocks[port.name] is None:
                    raise Wrong(f"hw/rtl/top/{KERNEL}.sv: no comment above {port.name} names its clock")
                found.append(Interface(name, kind, port.direction == "output", widths[name + data], clocks[port.name]))
    for port in ports:
        if not port.name.startswith("ap_") and not any(port.name.startswith(i.name + "_") for i in found):
            raise Wrong(f"hw/rtl/top/{KERNEL}.sv: port {port.name} belongs to no interface")
    return found


def pascal(name):
    return "".join(part.capitalize() for part in name.split("_"))


def read_arguments(text, registers):
    """(name, register) of what the host gives the kernel: addresses of device memory."""
    by_name = {f"k{pascal(r['name'])}": r for r in registers}
    found = []
    for name, constant in re.findall(r'\{"(\w+)", regs::(\w+)\}', text):
        if constant not in by_name:
            raise Wrong(f"drivers/xrt/kernel_arguments.h: the register map has no {constant}")
        found.append((name, by_name[constant]))
    if not found:
        raise Wrong("drivers/xrt/kernel_arguments.h names no argument")
    return found


class Kernel:
    def __init__(self, root=ROOT):
        rtl = root / "hw" / "rtl"
        self.rtl = rtl
        self.text = (rtl / "top" / f"{KERNEL}.sv").read_text()
        self.ports, clocks = read_ports(self.text)
        self.interfaces = read_interfaces(self.ports, clocks)
        self.registers = json.loads((rtl / "control" / "registers.json").read_text())["registers"]
        self.arguments = read_arguments((root / "drivers" / "xrt" / "kernel_arguments.h").read_text(), self.registers)
        self.sources = flow.sources(rtl)
        self.control = next(i for i in self.interfaces if i.kind == "lite")
        self.memory = next(i for i in self.interfaces if i.kind == "memory")
        address = next(p for p in self.ports if p.name == f"{self.control.name}_awaddr")
        self.range = 1 << address.width  # bytes of registers
        self.clocks = [p.name for p in self.ports if p.name.startswith("ap_clk")]

    def reset(self, clock):
        name = clock.replace("ap_clk", "ap_rst_n")
        if all(p.name != name for p in self.ports):
            raise Wrong(f"hw/rtl/top/{KERNEL}.sv: {clock} has no reset {name}")
        return name

    def xml(self):
        """Arguments in memory come first, in the order of the host's table: their numbers are those of the runtime."""
        out = ['<?xml version="1.0" encoding="UTF-8"?>', '<root versionMajor="1" versionMinor="9">',
               f'  <kernel name="{KERNEL}" language="ip" vlnv="{VLNV}" attributes="" preferredWorkGroupSizeMultiple="0" '
               'workGroupSize="1" interrupt="false" hwControlProtocol="user_managed">', "    <ports>"]
        for i in self.interfaces:
            if i.kind == "stream":
                out.append(f'      <port name="{i.name}" mode="{"write_only" if i.master else "read_only"}" '
                           f'dataWidth="{i.width}" portType="stream"/>')
            else:
                mode, span = ("slave", f"0x{self.range:X}") if i.kind == "lite" else ("master", "0xFFFFFFFFFFFFFFFF")
                out.append(f'      <port name="{i.name}" mode="{mode}" range="{span}" dataWidth="{i.width}" '
                           'portType="addressable" base="0x0"/>')
        out += ["    </ports>", "    <args>"]
        for place, (name, register) in enumerate(self.arguments):
            out.append(f'      <arg name="{name}" addressQualifier="1" id="{place}" port="{self.memory.name}" size="0x8" '
                       f'offset="0x{register["offset"]:X}" hostOffset="0x0" hostSize="0x8" type="void*"/>')
        streams = [i for i in self.interfaces if i.kind == "stream"]
        for place, i in enumerate(streams, len(self.arguments)):
            kind = xml.sax.saxutils.escape(f"stream<ap_axiu<{i.width},1,0,0>>&")
            out.append(f'      <arg name="{i.name}" addressQualifier="4" id="{place}" port="{i.name}" size="0x0" offset="0x0" '
                       f'hostOffset="0x0" hostSize="0x0" memSize="0" type="{kind}"/>')
        out += ["    </args>", "  </kernel>", "</root>"]
        return "\n".join(out) + "\n"

    def verilog(self):
        declared, connected = [], []
        for p in self.ports:
            span = f"[{p.width - 1}:0]" if p.width > 1 else ""
            declared.append(f"    {p.direction:6} wire {span:7} {p.name}")
            connected.append(f"      .{p.name}({p.name})")
        return ("// The kernel's top in Verilog, which is what Vivado's packager takes. Written by scripts/fpga/kernel.py.\n"
                f"module {KERNEL} (\n" + ",\n".join(declared) + f"\n);\n\n  {BODY} u_body (\n" + ",\n".join(connected)
                + "\n  );\n\nendmodule\n")

    def body(self):
        text, count = re.subn(rf"^module {KERNEL}\b", f"module {BODY}", self.text, flags=re.M)
        if count != 1:
            raise Wrong(f"hw/rtl/top/{KERNEL}.sv: expected one line 'module {KERNEL}', found {count}")
        return text

    def tcl(self):
        """Words without spaces but for descriptions, which are braced."""
        names = [self.place(path) for path in self.sources] + [f"src/{KERNEL}.v"]
        headers = [f"src/{path.relative_to(self.rtl)}" for path in sorted(self.rtl.rglob("*.svh"))]
        based = {register["name"] for _, register in self.arguments}
        out = [f"set kernel {KERNEL}", f"set vlnv {VLNV}", f"set control {self.control.name}", f"set range {self.range}",
               "# In the order of compilation.", "set sources {", *(f"  {n}" for n in names), "}",
               "set headers {", *(f"  {n}" for n in headers), "}",
               "# Clock and its reset.", "set clocks {", *(f"  {{{c} {self.reset(c)}}}" for c in self.clocks), "}",
               "# Interface, its clock.", "set interfaces {", *(f"  {{{i.name} {i.clock}}}" for i in self.interfaces), "}",
               "# Name, byte offset, bits, access, interface whose addresses it holds, description. Bins of histograms are left out.",
               "set registers {"]
        for r in self.registers:
            if "count" in r:
                continue
            if set(r["description"]) & set("{}\\"):
                raise Wrong(f"register {r['name']}: a description with a brace or backslash is no word of Tcl")
            busif = self.memory.name if r["name"] in based else "{}"
            out.append(f"  {{{r['name']} {r['offset']} {r['bits']} {r['access']} {busif} {{{r['description']}}}}}")
        return "\n".join([*out, "}"]) + "\n"

    def place(self, path):
        name = path.relative_to(self.rtl)
        return f"src/{name.with_stem(BODY)}" if name.stem == KERNEL else f"src/{name}"

    def write(self, folder):
        source = folder / "src"
        if source.exists():
            shutil.rmtree(source)
        for path in [*self.sources, *self.rtl.rglob("*.svh")]:
            target = folder / self.place(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(self.body() if path.stem == KERNEL else path.read_text())
        (source / f"{KERNEL}.v").write_text(self.verilog())
        (folder / "kernel.xml").write_text(self.xml())
        (folder / "kernel.tcl").write_text(self.tcl())


def main():
    if len(sys.argv) != 2:
        print("usage: scripts/fpga/kernel.py DIR", file=sys.stderr)
        return 2
    try:
        Kernel().write(pathlib.Path(sys.argv[1]))
    except (Wrong, OSError) as problem:
        print(f"kernel.py: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
