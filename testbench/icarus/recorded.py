#!/usr/bin/env python3
"""Writes V<block>.h: the Verilated class of a block with an eval() that can write its pins down (pin_record.h).

Usage: recorded.py FOLDER CLASS INNER [--counts]    (FOLDER/INNER.h is Verilator's header; FOLDER/CLASS.h is written)

--counts: for a class made with coverage, that leaves its counts behind (testbench/coverage/block_counts.h).
"""
import pathlib
import sys

from pins import ports


def main():
    folder, name, inner = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    found = ports((folder / f"{inner}.h").read_text())
    counts = "--counts" in sys.argv[4:]
    inherits, made = f"public {inner}", [f"  using {inner}::{inner};"]
    if counts:
        inherits = f"private twinpath::BlockCounts, public {inner}"
        made = [f"  {name}() : {inner}(own_context()) {{}}", f"  explicit {name}(VerilatedContext* context) : {inner}(context) {{}}",
                f"  ~{name}() {{ leave_counts(\"{name[1:]}\", contextp()); }}"]
    lines = [f"// Written by testbench/icarus/recorded.py from {inner}.h; do not edit.", "#pragma once", f'#include "{inner}.h"',
             '#include "testbench/icarus/pin_record.h"', *['#include "testbench/coverage/block_counts.h"'] * counts, "",
             f"class {name} final : {inherits} {{", " public:", *made, "  void eval() {", f"    {inner}::eval();", "    if (pins_.on()) record();", "  }", "",
             " private:", "  void record() {"]
    lines += [f"    pins_.pin({port}, {width});" for port, width, given in found if given]
    lines += ["    pins_.between();"]
    lines += [f"    pins_.pin({port}, {width});" for port, width, given in found if not given]
    lines += ["    pins_.end();", "  }", f'  twinpath::PinRecord pins_{{"{name[1:]}"}};', "};"]
    (folder / f"{name}.h").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
