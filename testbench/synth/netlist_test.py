#!/usr/bin/env python3
"""Levels and costs that the netlist reader counts, against netlists small enough to count by hand."""
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts" / "fpga"))
from netlist import Netlist, Unknown, large_ram_cost  # noqa: E402


def cell(kind, inputs, outputs):
    directions = {**dict.fromkeys(inputs, "input"), **dict.fromkeys(outputs, "output")}
    return {"type": kind, "parameters": {}, "port_directions": directions, "connections": {**inputs, **outputs}}


def netlist(cells, nets, ports=None, large=None):
    module = {
        "ports": {n: {"direction": d, "bits": b} for n, (d, b) in (ports or {}).items()},
        "cells": cells,
        "netnames": {n: {"hide_name": 0, "bits": b} for n, b in nets.items()},
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"modules": {"top": module}}, file)
        file.flush()
        return Netlist(file.name, "top", large or {})


def ff(d, q):
    return cell("FDRE", {"C": [99], "CE": ["1"], "D": [d], "R": ["0"]}, {"Q": [q]})


class Levels(unittest.TestCase):
    def test_luts_between_registers_are_levels_and_wide_multiplexers_are_not(self):
        n = netlist({
            "a": ff(50, 1), "b": ff(5, 6),
            "l1": cell("LUT2", {"I0": [1], "I1": [2]}, {"O": [3]}),
            "l2": cell("LUT6", {"I0": [3]}, {"O": [4]}),
            "m": cell("MUXF7", {"I0": [4], "I1": [3], "S": [2]}, {"O": [5]}),
        }, {"start_q": [1], "end_q": [6]}, {"in": ("input", [2, 50])})  # fmt: skip
        self.assertEqual(n.paths()[0], (2, "start_q", "end_q"))
        self.assertEqual(n.cost(), {"lut": 2, "ff": 2, "bram": 0, "uram": 0, "dsp": 0})

    def test_a_carry_chain_is_one_level_however_long(self):
        def carry(ci, s, base):
            return cell("CARRY4", {"CI": [ci], "CYINIT": ["0"], "DI": ["0"] * 4, "S": s},
                        {"CO": list(range(base, base + 4)), "O": list(range(base + 4, base + 8))})  # fmt: skip

        n = netlist({
            "a": ff(50, 1), "b": ff(37, 40),
            "l": cell("LUT1", {"I0": [1]}, {"O": [2]}),
            "c0": carry("0", [2, "0", "0", "0"], 10), "c1": carry(13, ["0"] * 4, 20), "c2": carry(23, ["0"] * 4, 30),
        }, {"start_q": [1], "end_q": [40]}, {"in": ("input", [50])})  # fmt: skip
        self.assertEqual(n.paths()[0], (2, "start_q", "end_q"))

    def test_a_lower_sum_bit_does_not_depend_on_higher_inputs(self):
        c = cell("CARRY4", {"CI": ["0"], "CYINIT": ["0"], "DI": ["0"] * 4, "S": [1, "0", "0", 2]}, {"O": [10, 11, 12, 13]})
        n = netlist({"a": ff(50, 1), "l": cell("LUT1", {"I0": [10]}, {"O": [2]}), "c": c, "b": ff(13, 20), "d": ff(10, 21)},
                    {"start_q": [1], "high_q": [20], "low_q": [21]}, {"in": ("input", [50])})  # fmt: skip
        self.assertEqual([p for p in n.paths() if p[0]], [(3, "start_q", "high_q"), (1, "start_q", "low_q")])

    def test_paths_end_at_memories_and_begin_anew(self):
        box = cell("$paramod\\ram_sdp\\big", {"clk_i": [99], "raddr_i": [3], "wdata_i": [1]}, {"rdata_o": [4]})
        n = netlist({
            "a": ff(50, 1), "l1": cell("LUT1", {"I0": [1]}, {"O": [3]}), "u_big": box,
            "l2": cell("LUT1", {"I0": [4]}, {"O": [5]}), "b": ff(5, 6),
        }, {"start_q": [1], "end_q": [6]}, {"in": ("input", [50])}, {"$paramod\\ram_sdp\\big": (72, 8192)})  # fmt: skip
        self.assertIn((1, "start_q", "u_big (memory)"), n.paths())
        self.assertIn((1, "u_big (memory)", "end_q"), n.paths())
        self.assertEqual(n.cost()["uram"], 2)

    def test_paths_from_ports_hide_none_between_registers(self):
        n = netlist({
            "a": ff(50, 1), "l1": cell("LUT1", {"I0": [50]}, {"O": [3]}), "l2": cell("LUT2", {"I0": [3], "I1": [1]}, {"O": [4]}),
            "b": ff(4, 6),
        }, {"start_q": [1], "end_q": [6]}, {"in": ("input", [50])})  # fmt: skip
        self.assertEqual(n.paths()[0], (2, "port in", "end_q"))
        self.assertEqual(n.paths(from_ports=False), [(1, "start_q", "end_q")])

    def test_a_distributed_ram_starts_a_path_with_a_level_and_ends_one_at_its_write_port(self):
        ram = cell("RAM32M16", {"WCLK": [99], "WE": [1], "DIA": [1], "ADDRA": [2]}, {"DOA": [3]})
        n = netlist({"a": ff(50, 1), "ram": ram, "l": cell("LUT1", {"I0": [3]}, {"O": [4]}), "b": ff(4, 6)},
                    {"start_q": [1], "word": [3], "end_q": [6]}, {"in": ("input", [50])})  # fmt: skip
        self.assertEqual(n.paths(from_ports=False)[0], (2, "word", "end_q"))
        self.assertIn((0, "start_q", "word"), n.paths())
        self.assertEqual(n.cost()["lut"], 9)

    def test_an_unknown_cell_and_a_loop_are_refused(self):
        with self.assertRaisesRegex(Unknown, "strange is a XORCY2"):
            netlist({"strange": cell("XORCY2", {"I": [1]}, {"O": [2]})}, {}).cost()
        loop = {"l1": cell("LUT1", {"I0": [2]}, {"O": [1]}), "l2": cell("LUT1", {"I0": [1]}, {"O": [2]})}
        with self.assertRaisesRegex(Unknown, "loop"):
            netlist(loop, {}).paths()


class Memories(unittest.TestCase):
    def test_shapes(self):
        self.assertEqual(large_ram_cost(72, 65536), (0, 16))
        self.assertEqual(large_ram_cost(9, 65536), (16, 0))  # 16 UltraRAMs would be a waste
        self.assertEqual(large_ram_cost(64, 512), (1, 0))
        self.assertEqual(large_ram_cost(73, 4096), (0, 2))


if __name__ == "__main__":
    unittest.main()
