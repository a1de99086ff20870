"""Counts cells and logic levels in the JSON netlist that Yosys writes for a Xilinx device.

A level is a LUT, a distributed RAM read, or a carry chain. How each cell counts is said at LEVEL_RULES, which the
report prints. Paths start and end at flip-flops, block RAM, DSP blocks, large memories and the block's ports.
"""

import collections
import json
import pathlib
import re
import sys

LEVEL_RULES = (
    "A LUT counts one level, and so do a distributed RAM or shift register from address to output, and a carry chain "
    "of any length (one more than the LUT in front of it). MUXF7, MUXF8, MUXF9, inverters and buffers count none. "
    "Paths start and end at flip-flops (also at their enable and reset), block RAM, UltraRAM, DSP blocks and ports."
)

LUT = re.compile(r"LUT[1-6]$")
FLIP_FLOP = re.compile(r"(FD[RSCP]E?(_1)?|LD[CP]E)$")
CARRY = re.compile(r"CARRY[48]$")
WIDE_MUX = re.compile(r"MUXF[789]$")
WIRE_LIKE = re.compile(r"(INV|BUF|IBUF|OBUF|BUFG)$")
SHIFT = re.compile(r"(SRL16E|SRLC16E|SRLC32E)$")
# LUTs that a distributed RAM occupies.
LUT_RAM = {"RAM32X1S": 1, "RAM32X1D": 2, "RAM64X1S": 1, "RAM64X1D": 2, "RAM128X1S": 2, "RAM128X1D": 4, "RAM256X1S": 4, "RAM256X1D": 8,
           "RAM512X1S": 8, "RAM32M": 4, "RAM64M": 4, "RAM32M16": 8, "RAM64M8": 8, "RAM32X16DR8": 8, "RAM64X8SW": 8}  # fmt: skip
BLOCK_RAM = {"RAMB36E2": 1.0, "RAMB18E2": 0.5, "FIFO36E2": 1.0, "FIFO18E2": 0.5}


class Unknown(Exception):
    """A cell that these rules do not know."""


def large_ram_cost(width, depth):
    """(block RAM, UltraRAM) that a simple dual-port memory needs, by its shape alone."""
    ultra = -(-width // 72) * -(-depth // 4096)
    shapes = [(72, 512), (36, 1024), (18, 2048), (9, 4096), (4, 8192), (2, 16384), (1, 32768)]
    block = min(-(-width // w) * -(-depth // d) for w, d in shapes)
    # An UltraRAM holds as much as eight block RAMs; it pays once it replaces four.
    return (0, ultra) if block >= 4 * ultra else (block, 0)


def named(module, hidden=()):
    """Names each bit by the shortest public net that holds it, registers by their `_q` first."""
    best = {}
    for name, net in module["netnames"].items():
        if net["hide_name"] or name.startswith("$") or name in hidden:
            continue
        rank = (not name.endswith("_q"), name.count("."), len(name), name)
        for bit in net["bits"]:
            if isinstance(bit, int) and (bit not in best or rank < best[bit]):
                best[bit] = rank
    return {bit: rank[3] for bit, rank in best.items()}


class Netlist:
    def __init__(self, path, top, large, hidden=()):
        """`large`: module name -> (WIDTH, DEPTH) of the memories that were left out of the netlist; `hidden`: nets whose names
        say nothing."""
        design = json.loads(pathlib.Path(path).read_text())
        self.modules = design["modules"]
        self.top = self.modules[top]
        self.large = large
        self.hidden = hidden
        self.name_bits()

    def name_bits(self):
        self.names = named(self.top, self.hidden)

    def name(self, bit, cell=""):
        return self.names.get(bit) or re.sub(r"^\$.*\$", "unnamed ", cell) or f"net {bit}"

    # ---- cost -----------------------------------------------------------------------------------------------------------
    def cost(self):
        total = collections.Counter()
        for name, cell in self.top["cells"].items():
            kind = cell["type"]
            if kind in self.large:
                block, ultra = large_ram_cost(*self.large[kind])
                total["bram"] += block
                total["uram"] += ultra
            elif LUT.match(kind) or SHIFT.match(kind):
                total["lut"] += 1
            elif kind in LUT_RAM:
                total["lut"] += LUT_RAM[kind]
            elif FLIP_FLOP.match(kind):
                total["ff"] += 1
            elif kind in BLOCK_RAM:
                total["bram"] += BLOCK_RAM[kind]
            elif kind == "URAM288":
                total["uram"] += 1
            elif kind.startswith("DSP48"):
                total["dsp"] += 1
            elif not (CARRY.match(kind) or WIDE_MUX.match(kind) or WIRE_LIKE.match(kind) or self.ignored(kind)):
                raise Unknown(f"cell {name} is a {kind}, which the count does not know")
        return {key: total[key] for key in ("lut", "ff", "bram", "uram", "dsp")}

    @staticmethod
    def ignored(kind):
        return kind in ("GND", "VCC", "$scopeinfo", "$check", "$print", "$assert", "$assume", "$cover")

    # ---- levels ---------------------------------------------------------------------------------------------------------
    def outputs(self, cell):
        """Output port names of a cell."""
        directions = cell.get("port_directions") or {
            p: v["direction"] for p, v in self.modules.get(cell["type"], {"ports": {}})["ports"].items()
        }
        return {p for p in cell["connections"] if directions.get(p) == "output"}

    def arcs(self):
        """driver[bit] = (levels, [input bits]) of combinational outputs; starts[bit] = name; ends = [(bit, name, kind)]."""
        driver, starts, ends = {}, {}, []
        self.clocked = {}  # outputs of distributed RAM and shift registers: paths also start in them, with a level

        def end_all(ports, conn, name):
            ends.extend((bit, name) for port in ports for bit in conn[port] if isinstance(bit, int))

        for cell_name, cell in self.top["cells"].items():
            kind, conn = cell["type"], cell["connections"]
            if self.ignored(kind):
                continue
            outs = self.outputs(cell)
            ins = [p for p in conn if p not in outs and p not in ("C", "CLK", "WCLK", "CLKARDCLK", "CLKBWRCLK")]
            if LUT.match(kind) or WIDE_MUX.match(kind) or WIRE_LIKE.match(kind):
                bits = [b for p in ins for b in conn[p] if isinstance(b, int)]
                for p in outs:
                    for b in conn[p]:
                        driver[b] = (1 if LUT.match(kind) else 0, bits)
            elif CARRY.match(kind):
                entry = []
                for i in range(len(conn["S"])):
                    entry += [b for b in (conn["S"][i], conn["DI"][i]) if isinstance(b, int)]
                    if i == 0:
                        entry += [b for p in ("CYINIT", "CI_TOP") for b in conn.get(p, []) if isinstance(b, int)]
                    chain = [b for b in conn.get("CI", []) if isinstance(b, int)]
                    for p in ("O", "CO"):
                        if p in conn and i < len(conn[p]):
                            driver[conn[p][i]] = ("carry", (list(entry), chain))
            elif kind in LUT_RAM or SHIFT.match(kind):
                # Write ports end paths; the output depends on the read address, and on the clock.
                label = next((self.name(b) for p in sorted(outs) for b in conn[p] if b in self.names), cell_name)
                read = [p for p in ins if re.match(r"(A\d?$|ADDR[A-H]$|DPRA\d?$|RADR)", p)]
                bits = [b for p in read for b in conn[p] if isinstance(b, int)]
                for p in outs:
                    for b in conn[p]:
                        driver[b] = (1, bits)
                        self.clocked[b] = label
                end_all([p for p in ins if p not in read], conn, label)
            else:
                label = ""
                for p in sorted(outs):
                    for b in conn[p]:
                        if isinstance(b, int):
                            starts[b] = self.name(b, cell_name)
                            label = label or self.names.get(b, "")
                label = label or cell_name
                if not FLIP_FLOP.match(kind):
                    owner = self.owner(cell_name)
                    short = "memory" if kind in self.large or kind.startswith(("RAMB", "URAM")) else kind
                    label = f"{owner} ({short})"
                    for p in outs:
                        for b in conn[p]:
                            starts[b] = label
                end_all(ins, conn, label)
        for name, port in self.top["ports"].items():
            for b in port["bits"]:
                if isinstance(b, int):
                    if port["direction"] == "output":
                        ends.append((b, f"port {name}"))
                    else:
                        starts[b] = f"port {name}"
        return driver, starts, ends

    def paths(self, from_ports=True):
        """The deepest path into each named end: [(levels, start, end)], deepest first."""
        driver, starts, ends = self.arcs()
        # origin[bit]: where its deepest path starts; None where no path does (constants, or ports that do not count).
        level, origin = {}, {}
        for bit, name in starts.items():
            counts = from_ports or not name.startswith("port ")
            level[bit], origin[bit] = 0, name if counts else None
        for first in driver:
            self.settle(first, driver, level, origin)
        deepest = {}
        for bit, name in ends:
            start = origin.get(bit)
            if start and (from_ports or not name.startswith("port ")) and (name not in deepest or level[bit] > deepest[name][0]):
                deepest[name] = (level[bit], start, name)
        return sorted(deepest.values(), key=lambda p: (-p[0], p[2], p[1]))

    def settle(self, first, driver, level, origin):
        """Finds level and origin of a bit, of those it depends on before it."""
        stack, opened = [first], set()
        while stack:
            bit = stack[-1]
            if bit in level:
                stack.pop()
                continue
            kind, data = driver[bit]
            if kind == "carry":
                steps = [(b, 1) for b in data[0]] + [(b, 0 if b in driver and driver[b][0] == "carry" else 1) for b in data[1]]
            else:
                steps = [(b, kind) for b in data]
            if bit not in opened:
                opened.add(bit)
                for b, _ in steps:
                    if b in opened and b not in level:
                        raise Unknown(f"combinational loop through {self.name(b)}")
                    if b in driver and b not in level:
                        stack.append(b)
                if stack[-1] != bit:
                    continue
            reached = [(level[b] + weight, origin[b]) for b, weight in steps if origin.get(b)]
            if bit in self.clocked:
                reached.append((1, self.clocked[bit]))
            level[bit], origin[bit] = max(reached, key=lambda r: r[0]) if reached else (0, None)
            stack.pop()

    @staticmethod
    def owner(cell):
        """Instance of a memory's cell; instance and source file of a product, which has no name of its own."""
        product = re.match(r"(.*?)\.?\$mul\$.*?(\w+\.sv)", cell)
        if product:
            return f"{product[1]} product in {product[2]}".strip()
        return re.sub(r"\.mem\..*$|\.mem$|\$.*$", "", cell).rstrip(".") or cell

    def unregistered_dsp(self):
        """DSP blocks whose product has no register on its way: no path through them is counted."""
        keys = ("MREG", "PREG", "AREG", "BREG")
        found = []
        for name, cell in self.top["cells"].items():
            if cell["type"].startswith("DSP48") and not any(int(str(cell["parameters"].get(k, "0")), 2) for k in keys):
                found.append(self.owner(name))
        return found


if __name__ == "__main__":
    sys.exit("a library of scripts/synth")
