#!/usr/bin/env python3
"""What the vendor's tools have to be told about the MAC's kernel, from its RTL.

  scripts/fpga/mac.py DIR CARD   write kernel.xml, kernel.tcl and src/ below DIR

As kernel.py for twinpath_kernel: ports come from hw/rtl/mac/twinpath_mac.v, what is below it from the file lists, the
transceiver from constraints/CARD/mac.tcl.
"""
import pathlib
import re
import shutil
import sys

import flow
import kernel

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = "twinpath_mac"
PORT = re.compile(r"^\s*(input|output)\s+wire\s*(?:\[(\d+):0\])?\s*(\w+)\s*,?$", re.M)


class Mac:
    def __init__(self, root=ROOT):
        self.rtl = root / "hw" / "rtl"
        self.top = self.rtl / "mac" / f"{NAME}.v"
        text = self.top.read_text()
        head = re.search(rf"^module {NAME} \((.*?)^\);", text, re.M | re.S)
        if not head:
            raise kernel.Wrong(f"hw/rtl/mac/{NAME}.v: there is no module {NAME} with ports of its own lines")
        self.ports = {name: (direction, int(high or 0) + 1) for direction, high, name in PORT.findall(head[1])}
        self.streams = {n[:-6]: w for n, w in self.ports.items() if n.endswith("_tdata")}
        if not self.streams:
            raise kernel.Wrong(f"hw/rtl/mac/{NAME}.v: there is no stream among its ports")
        self.sources = [root / n for n in flow.listed(self.rtl / "mac" / "mac.f")]

    def xml(self):
        out = ['<?xml version="1.0" encoding="UTF-8"?>', '<root versionMajor="1" versionMinor="9">',
               f'  <kernel name="{NAME}" language="ip" vlnv="twinpath:kernel:{NAME}:1.0" attributes="" preferredWorkGroupSizeMultiple="0" '
               'workGroupSize="1" interrupt="false" hwControlProtocol="ap_ctrl_none">', "    <ports>"]
        for name, (direction, width) in self.streams.items():
            out.append(f'      <port name="{name}" mode="{"write_only" if direction == "output" else "read_only"}" '
                       f'dataWidth="{width}" portType="stream"/>')
        out += ["    </ports>", "    <args>"]
        for place, (name, (_, width)) in enumerate(self.streams.items()):
            out.append(f'      <arg name="{name}" addressQualifier="4" id="{place}" port="{name}" size="0x0" offset="0x0" '
                       f'hostOffset="0x0" hostSize="0x0" memSize="0" type="stream&lt;ap_axiu&lt;{width},1,0,0&gt;&gt;&amp;"/>')
        return "\n".join([*out, "    </args>", "  </kernel>", "</root>"]) + "\n"

    def tcl(self, transceiver):
        return "\n".join([f"set kernel {NAME}", "# In the order of compilation.", "set sources {",
                          *(f"  src/{p.relative_to(self.rtl)}" for p in [*self.sources, self.top]), "}",
                          "set headers {", *(f"  src/{p.relative_to(self.rtl)}" for p in sorted(self.rtl.glob("*.svh"))), "}",
                          "set streams {", *(f"  {n}" for n in self.streams), "}", transceiver])

    def write(self, folder, card):
        source = folder / "src"
        if source.exists():
            shutil.rmtree(source)
        for path in [*self.sources, self.top, *self.rtl.glob("*.svh")]:
            target = source / path.relative_to(self.rtl)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        (folder / "kernel.xml").write_text(self.xml())
        (folder / "kernel.tcl").write_text(self.tcl((self.rtl.parents[1] / "constraints" / card / "mac.tcl").read_text()))


def main():
    if len(sys.argv) != 3:
        print("usage: scripts/fpga/mac.py DIR CARD", file=sys.stderr)
        return 2
    try:
        Mac().write(pathlib.Path(sys.argv[1]), sys.argv[2])
    except (kernel.Wrong, OSError) as problem:
        print(f"mac.py: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
