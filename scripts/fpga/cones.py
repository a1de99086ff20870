"""Levels of every path of a whole design, through all its blocks: a group of registers at a time, with what leads there.

Why: a path that crosses blocks is in no block's figure, and mapped all at once a large design is not mapped for depth but where
it is deepest. So what is kept of the design for a group are its registers and memories, and the logic in front of them, back to
the registers, memories and products behind it, wherever they are. An end that is still too deep is mapped once more, alone.
"""

import collections
import hashlib
import json
import re

import flow
from netlist import Netlist, named

OUR_PORTS = ("tp_cut", "tp_kept")
CLOCKS = ("CLK", "clk_i", "RD_CLK", "WR_CLK")


def bits_of(port):
    return [b for b in port if isinstance(b, int)]


def short(parts):
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]


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
        self.cells, self.names = module["cells"], named(module)
        # Bits by name and place in it.
        self.inputs = {b: f"port {n} {i}" for n, p in module["ports"].items() if p["direction"] == "input" for i, b in enumerate(p["bits"])}
        nets = ((name, i, b) for name, net in module["netnames"].items() for i, b in enumerate(net["bits"]))
        self.places = {b: f"{name} {i}" for name, i, b in nets if self.names.get(b) == name}
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

    def digests(self, groups):
        """Group -> a short name for its ends and all the logic in front of them: while it is the same, so is what is measured.

        A bit is named by its register or memory, or by the cell that makes it and what goes into that: no name that synthesis gave
        is in it, so that another part of the design can change.
        """
        directions = {cell: content["port_directions"] for cell, content in self.cells.items()}
        made, known = {}, dict(self.inputs)  # bit -> its cell; bit -> its name
        for cell, content in self.cells.items():
            for port in (p for p, direction in directions[cell].items() if direction == "output"):
                bits = content["connections"][port]
                made.update(dict.fromkeys(bits_of(bits), cell))
                if cell in self.ends:
                    known.update((b, self.places.get(b, f"{self.ends[cell][0]} {port} {n}")) for n, b in enumerate(bits) if isinstance(b, int))

        def settle(first):
            todo, opened = [first], set()
            while todo:
                bit = todo[-1]
                if bit in known or bit not in made:  # else a constant, or nothing makes it
                    known.setdefault(bit, f"undriven {bit}" if isinstance(bit, str) else "undriven")
                    todo.pop()
                    continue
                content, ways = self.cells[made[bit]], directions[made[bit]]
                into = [(p, b) for p in sorted(ways) if ways[p] == "input" for b in content["connections"][p]]
                # Words are cells here, so a word may seem to go into itself.
                wait = [b for _, b in into if b not in known and b not in opened]
                opened.add(bit)
                if wait:
                    todo += wait
                    continue
                all_of_it = short([content["type"], sorted(content["parameters"].items()), [(p, known.get(b, "around")) for p, b in into]])
                for port in (p for p in ways if ways[p] == "output"):
                    known.update((b, f"{all_of_it} {port} {n}") for n, b in enumerate(content["connections"][port]) if isinstance(b, int))
            return known[first]

        fronts = collections.defaultdict(list)
        for cell, (name, ports) in self.ends.items():
            content = self.cells[cell]
            parameters = sorted((k, v) for k, v in content["parameters"].items() if k != "MEMID")
            front = [(p, n, settle(content["connections"][p][n])) for p, low, high in sorted(ports) for n in range(low, high)]
            own = [known[b] for p in sorted(content["connections"]) if directions[cell][p] == "output" for b in bits_of(content["connections"][p])]
            fronts[name].append(short([content["type"], parameters, front, own]))
        return {group: short([(n, sorted(fronts[n])) for n in sorted(names)])[:12] for group, names in groups.items()}

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
