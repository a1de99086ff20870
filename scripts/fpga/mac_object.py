#!/usr/bin/env python3
"""Whether a kernel object holds the MAC that constraints/<card>/mac.cfg connects; exit status 2 and one line when it does not.

  scripts/fpga/mac_object.py FILE.xo

Checks the kernel's name, and name, direction and width of its streams. Transceivers, clocks and tuser are not in what an
object says about itself.
"""
import sys
import xml.etree.ElementTree
import zipfile

import kernel

NAME = "twinpath_mac"
# The MAC's port and its mode, and the kernel's interface that it meets.
STREAMS = {"M_AXIS": ("write_only", "s_axis"), "S_AXIS": ("read_only", "m_axis")}


def check(path, ours):
    """What is wrong with the object at `path`, "" when nothing is."""
    widths = {i.name: i.width for i in ours.interfaces}
    try:
        with zipfile.ZipFile(path) as archive:
            texts = [archive.read(n) for n in archive.namelist() if n.rsplit("/", 1)[-1] == "kernel.xml"]
    except (OSError, zipfile.BadZipFile) as problem:
        return f"not a kernel object: {problem}"
    if len(texts) != 1:
        return f"expected one kernel.xml in it, found {len(texts)}"
    try:
        root = xml.etree.ElementTree.fromstring(texts[0])
    except xml.etree.ElementTree.ParseError as problem:
        return f"its kernel.xml is not XML: {problem}"
    names = [k.get("name") for k in root.iter("kernel")]
    if names != [NAME]:
        return f"expected the kernel {NAME}, found {' '.join(map(str, names)) or 'none'}"
    ports = {p.get("name"): p for p in root.iter("port")}
    for name, (mode, interface) in STREAMS.items():
        if name not in ports:
            return f"expected a port {name}, found {' '.join(sorted(ports)) or 'none'}"
        for what, expected in (("mode", mode), ("portType", "stream"), ("dataWidth", str(widths[interface]))):
            if ports[name].get(what) != expected:
                return f"port {name}, {what}: expected {expected}, as {interface} of {kernel.KERNEL} needs, found {ports[name].get(what)}"
    return ""


def main():
    if len(sys.argv) != 2:
        print("usage: scripts/fpga/mac_object.py FILE.xo", file=sys.stderr)
        return 2
    wrong = check(sys.argv[1], kernel.Kernel())
    if wrong:
        print(f"{sys.argv[1]}: {wrong}; see constraints/README.md, \"The MAC\"", file=sys.stderr)
    return 2 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
