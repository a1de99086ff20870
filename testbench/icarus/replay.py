#!/usr/bin/env python3
"""Plays what a block test did to its Verilated block on the same block in Icarus Verilog, and compares every output.

The test program writes the pins of its models down (pin_record.h), as far as its budget goes. For each instance the inputs of an
evaluation are applied, clocks behind the others as Verilator takes them, and the outputs then must be those that the Verilated block had.
Icarus has four states: a bit that is X was never given a value that both simulators know, and is not compared. Nothing is
compared before the block had its reset. Then what says that something is valid or that one is ready must have a value, and every output
must have been compared at some step.

Assertions in the RTL stay out (SYNTHESIS): Verilator holds them.

Usage: replay.py --program TEST --header Vblock.h --top BLOCK --root PROJECT --work FOLDER [--parameter X=1]... FILE.sv...
"""
import argparse
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from pins import digits, ports  # noqa: E402
from settle import settle  # noqa: E402

PACKAGE = "hw/rtl/control/twinpath_regs_pkg.sv"


def bench(top, parameters, found, unwritten):
    """A module that plays +pins=FILE."""
    ins, outs = [p for p in found if p[2]], [p for p in found if not p[2]]
    resets = [n for n, _, _ in ins if re.fullmatch(r"(\w+_)?rst(_\d)?_i|ap_rst_n(_\d)?", n)]
    clocks = [n for n, _, _ in ins if re.fullmatch(r"(\w+_)?clk(_\d)?_i|ap_clk(_\d)?", n)]
    in_digits, out_digits = sum(digits(w) for _, w, _ in ins), sum(digits(w) for _, w, _ in outs)
    lines = ["`timescale 1ns / 1ps", "module replay_tb;", "  integer file, step = 0, i, wrong = 0;"]
    lines += [f"  reg [{4 * in_digits - 1}:0] given;", f"  reg [{4 * out_digits - 1}:0] expected;", "  reg [8191:0] name;"]
    lines += [f"  reg [{w - 1}:0] {n} = 0;" for n, w, _ in ins] + [f"  wire [{w - 1}:0] {n};" for n, w, _ in outs]
    given = f" #({', '.join(f'.{k}({v})' for k, v in parameters)})" if parameters else ""
    lines += [f"  {top}{given} dut (" + ", ".join(f".{n}({n})" for n, _, _ in found) + ");"]

    def slices(group, total):
        at = 4 * total
        for n, w, _ in group:
            at -= 4 * digits(w)
            yield n, w, f"[{at + w - 1}:{at}]"

    lines += [f"  integer known_{n} = 0; bit [{w - 1}:0] differs_{n}, has_{n};" for n, w, _ in outs] + ["  reg begun = 0;"]
    lines += [f"  reg seen_{n} = 0, in_{n} = 0;" for n in resets]
    lines += ["  task differs(input integer width, input [8191:0] expects, input [8191:0] has, input [1023:0] port);",
              "    for (i = 0; i < width; i = i + 1) if (has[i] === !expects[i]) begin", "      wrong = wrong + 1;",
              '      $display("differs: step %0d, %0s bit %0d: Verilator has %b, Icarus %b", step, port, i, expects[i], has[i]);',
              "    end", "  endtask", "  initial begin",
              '    if (!$value$plusargs("pins=%s", name)) $finish;', '    file = $fopen(name, "r");',
              '    while (wrong < 10 && $fscanf(file, "%h %h", given, expected) == 2) begin']
    at = list(slices(ins, in_digits))
    lines += [f"      {n} = given{where};" for n, _, where in at if n not in clocks] + ["      #1;"]
    if clocks:
        both = [(n, where) for n, _, where in at if n in clocks]
        lines += [f"      {{{', '.join(n for n, _ in both)}}} = {{{', '.join('given' + where for _, where in both)}}};", "      #1;"]
    for n in resets:
        asserted = f"!{n}" if "_n" in n else n
        lines += [f"      seen_{n} = seen_{n} || ({asserted});", f"      in_{n} = {asserted};"]
    begun = " && ".join(f"seen_{n} && !in_{n}" for n in resets)
    lines += [f"      begun = begun || ({begun or 1});", "      if (begun) begin"]
    for n, w, where in slices(outs, out_digits):
        # Variables of two states: what has no value becomes 0.
        lines += [f"        differs_{n} = {n} ^ expected{where};", f"        has_{n} = ~({n} ^ {n});",
                  f"        known_{n} = known_{n} + $countones(has_{n});",
                  f'        if (differs_{n} != 0) differs({w}, expected{where}, {n}, "{n}");']
        if re.search("valid|ready", n) and not unwritten:
            lines += [f"        if (has_{n} != {{{w}{{1'b1}}}}) begin", "          wrong = wrong + 1;",
                      f'          $display("differs: step %0d, {n}: Verilator has %b, Icarus %b", step, expected{where}, {n});', "        end"]
    lines += ["      end", "      step = step + 1;", "    end", '    $display("played %0d steps", step);']
    lines += [f'    $display("compared %0d bits of {n}", known_{n});' for n, _, _ in outs]
    lines += ["    $finish;", "  end", "endmodule"]
    return "\n".join(lines) + "\n"


def compile_block(args, work):
    rtl = work / "rtl"
    sources = [args.root / PACKAGE]
    for file in args.files:
        if file == PACKAGE:
            continue
        text = (args.root / file).read_text()
        if args.change and file == args.change[0]:
            if text.count(args.change[1]) != 1:
                raise SystemExit(f"replay.py: --change: expected {args.change[1]!r} once in {file}, found it {text.count(args.change[1])} times")
            text = text.replace(args.change[1], args.change[2])
        target = rtl / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(settle(text, file))
        sources.append(target)
    parameters = [p.split("=", 1) for p in args.parameter]
    (work / "replay_tb.sv").write_text(bench(args.top, parameters, ports(args.header.read_text()), args.unwritten))
    command = [args.iverilog, "-g2012", "-DSYNTHESIS", f"-I{args.root}/hw/rtl", "-s", "replay_tb", "-o", work / "replay.vvp", *sources, work / "replay_tb.sv"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"replay.py: Icarus does not take {args.top}:\n{done.stdout}{done.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", help="the block's sources, relative to the project root")
    parser.add_argument("--program", required=True, help="the block test")
    parser.add_argument("--tests", default="*", help="only these of its tests (GoogleTest's pattern)")
    parser.add_argument("--header", type=pathlib.Path, required=True, help="Verilator's header of the block")
    parser.add_argument("--top", required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--parameter", action="append", default=[])
    parser.add_argument("--steps", help="evaluations of an instance, and three times as many of all, instead of pin_record.h's")
    parser.add_argument("--unwritten", action="store_true", help="the test leaves memories unwritten, and a sum of what has no value has none")
    parser.add_argument("--change", nargs=3, metavar=("FILE", "ORIGINAL", "CHANGED"), help="a fault in Icarus's copy of the RTL")
    parser.add_argument("--iverilog", default="iverilog")
    parser.add_argument("--vvp", default="vvp")
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    args.work.mkdir(parents=True)
    compile_block(args, args.work)

    environment = {**os.environ, "TP_PINS": str(args.work)}
    if args.steps:
        environment |= {"TP_PINS_STEPS": args.steps, "TP_PINS_ALL": str(3 * int(args.steps))}
    ran = subprocess.run([args.program, "--gtest_brief=1", f"--gtest_filter={args.tests}"], env=environment, capture_output=True, text=True)
    records = sorted(args.work.glob(f"{args.top}_*.pins"), key=lambda p: int(p.stem.rsplit("_", 1)[1]))
    if ran.returncode != 0 or not records:
        raise SystemExit(f"replay.py: {args.program} ended with status {ran.returncode} and {len(records)} records\n{ran.stdout[-2000:]}{ran.stderr}")
    steps, compared, wrong = 0, collections.Counter(), []
    outputs = {n: w for n, w, given in ports(args.header.read_text()) if not given}
    for record in records:
        done = subprocess.run([args.vvp, "-n", args.work / "replay.vvp", f"+pins={record}"], capture_output=True, text=True, timeout=600)
        wrong += [f"{record.name}: {line}" for line in done.stdout.splitlines() if line.startswith("differs")]
        if wrong:
            break
        told = re.search(r"played (\d+) steps", done.stdout)
        if told is None or int(told.group(1)) != len(record.read_text().splitlines()):
            raise SystemExit(f"replay.py: Icarus did not play all of {record}:\n{done.stdout[-2000:]}{done.stderr}")
        steps += int(told.group(1))
        for bits, port in re.findall(r"compared (\d+) bits of (\w+)", done.stdout):
            compared[port] += int(bits)
    if not wrong:
        wrong = [f"{port} never had a value in Icarus: nothing was compared" for port in outputs if not compared[port]]
        share = compared.total() / (steps * sum(outputs.values()))
        print(f"{args.top}: {len(records)} instances, {steps:,} evaluations, {len(outputs)} outputs, {share:.0%} of their bits compared")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
