"""Levels of every path of a whole design, through all its blocks: a group of registers at a time, with what leads there.

Why: a path that crosses blocks is in no block's figure, and mapped all at once a large design is not mapped for depth but where
it is deepest. So what is kept of the design for a group are its registers and memories, and the logic in front of them, back to
the registers, memories and products behind it, wherever they are. An end that is still too deep is mapped once more, alone.
"""

import collections
import json
import re

import flow
from netlist import Netlist, named

OUR_PORTS = ("tp_cut", "tp_kept")
CLOCKS = ("CLK", "clk_i", "RD_CLK", "WR_CLK")


def bits_of(port):
    return [b for b in port if isinstance(b, int)]


class Design:
    """A flat netlist of words, gates not yet mapped: what one group of ends depends on can be cut out of it."""

    def __init__(self, top, rtl, work, parameters=()):
        rams = flow.elaborate(top, rtl, work, parameters)
        self.large = {n: s for n, s in rams.items() if s[0] * s[1] > flow.LARGE_BITS}
        boxes = "".join(f"blackbox {name}\n" for name in self.large)
        flow.run(
            f"read_rtlil {work}/elaborated.il\n{boxes}flatten\nopt_clean\nopt_expr\nopt_merge\nopt_muxtree\nopt_dff\nopt_clean\n"
            f"memory -nomap\nopt_clean\nwrite_json {work}/words.json\n",
            work,
            f"words-{top}",
        )
        self.top, self.work = top, work
        self.text = (work / "words.json").read_text()
        module = json.loads(self.text)["modules"][top]
        self.names = named(module)
        # Ends by cell: the name of its register, or its instance, and its ports that end a path.
        self.ends = {}
        for cell, content in module["cells"].items():
            found = self.end(cell, content)
            if found:
                self.ends[cell] = found

    def end(self, cell, content):
        """(name, input ports cut off, with the part of them) of a cell in which paths end."""
        kind, conn = content["type"], content["connections"]
        if "dff" in kind or kind in ("$sdff", "$dlatch"):
            name = next((self.names[b] for b in conn["Q"] if b in self.names), cell)
            return name, [(p, 0, len(conn[p])) for p in conn if p not in ("Q", *CLOCKS)]
        if kind.startswith("$mem"):
            width = int(content["parameters"]["ABITS"], 2)
            clocked = content["parameters"]["RD_CLK_ENABLE"][::-1]
            ports = [(p, 0, len(conn[p])) for p in conn if p.startswith("WR_") and p not in CLOCKS]
            for n, yes in enumerate(clocked):
                if yes == "1":
                    ports += [("RD_ADDR", n * width, (n + 1) * width), ("RD_EN", n, n + 1)]
            return Netlist.owner(cell), ports
        if kind in self.large:
            directions = content["port_directions"]
            return Netlist.owner(cell), [(p, 0, len(conn[p])) for p in conn if directions[p] == "input" and p not in CLOCKS]
        return None

    def groups(self, steps=2):
        """Names of the ends, by the instances they are in, so many steps deep."""
        found = collections.defaultdict(set)
        for name, _ in self.ends.values():
            found[".".join(name.split(".")[:-1][:steps]) or "top"].add(name)
        return {group: sorted(names) for group, names in sorted(found.items())}

    def measure(self, names, label):
        """[(levels, start, end)] of the paths into the named ends, deepest first."""
        names = set(names)
        design = json.loads(self.text)
        module = design["modules"][self.top]
        fresh = 1 + max(b for n in module["netnames"].values() for b in bits_of(n["bits"]))
        cut, kept = [], []
        for cell, (name, ports) in self.ends.items():
            content = module["cells"][cell]
            if name in names:
                if content["type"] in self.large or content["type"].startswith("$mem"):
                    content["attributes"]["keep"] = "1"
                else:
                    kept += content["connections"]["Q"]
                continue
            for port, low, high in ports:
                for n in range(low, high):
                    content["connections"][port][n] = fresh
                    cut.append(fresh)
                    fresh += 1
        # Nothing but these ends is kept: no output, and no check.
        module["ports"] = {p: v for p, v in module["ports"].items() if v["direction"] == "input"}
        module["cells"] = {n: c for n, c in module["cells"].items() if c["type"] not in ("$assert", "$check", "$print")}
        for name, direction, bits in zip(OUR_PORTS, ("input", "output"), (cut, kept)):
            module["ports"][name] = {"direction": direction, "bits": bits}
            module["netnames"][name] = {"hide_name": 0, "bits": bits, "attributes": {}}
        # Yosys would give its own names again.
        for kind in ("cells", "netnames"):
            module[kind] = {n if n[0] != "$" else f"cut{i}{re.sub('[^A-Za-z0-9.]', '_', n)}": c for i, (n, c) in enumerate(module[kind].items())}
        plain = re.sub(r"\W", "_", label)
        (self.work / f"{plain}.json").write_text(json.dumps(design))
        flow.run(
            f"read_json {self.work}/{plain}.json\nhierarchy -top {self.top}\nopt_clean\n"
            f"synth_xilinx -family xcup -top {self.top} -flatten -noiopad -noclkbuf\nwrite_json {self.work}/{plain}_mapped.json\n",
            self.work,
            f"cone-{plain}",
        )
        (self.work / f"{plain}.json").unlink()
        found = Netlist(self.work / f"{plain}_mapped.json", self.top, self.large, hidden=OUR_PORTS).paths(from_ports=False)
        (self.work / f"{plain}_mapped.json").unlink()
        return found


def deepest(design, group, names, limit):
    """The paths into a group's ends, deepest first; those past the limit as they are by themselves, and alone."""
    paths = {}
    todo = [(sorted(names), group)]
    while todo:
        chosen, label = todo.pop()
        over = []
        for levels, start, end in design.measure(chosen, label):
            if end in chosen and (end not in paths or levels < paths[end][0]):
                paths[end] = (levels, start, end)
            if end in chosen and levels > limit:
                over.append(end)
        if over and len(over) < len(chosen):
            todo.append((sorted(over), f"{label}-over"))
        elif len(chosen) > 1:
            todo += [([end], f"{label}-{end}") for end in over]
    return sorted(paths.values(), key=lambda p: (-p[0], p[2], p[1]))
