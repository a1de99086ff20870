"""Runs Yosys on one block: elaborates it, leaves large memories out, maps it to UltraScale+, counts the result."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess

from netlist import Netlist, Unknown

ROOT = pathlib.Path(__file__).resolve().parents[2]
REGS_PACKAGE = "control/twinpath_regs_pkg.sv"
# A memory of more bits is not given to Yosys: its cost follows from its shape, and its address and data end paths.
LARGE_BITS = 65536


class Missing(Exception):
    """A tool is not there."""


class Failed(Exception):
    """Yosys refused a block."""


def yosys():
    program = os.environ.get("YOSYS", "yosys")
    if not shutil.which(program):
        raise Missing(f"{program} is not installed: scripts/install --test, or name one with YOSYS=")
    return program


def version():
    return " ".join(subprocess.run([yosys(), "-V"], capture_output=True, text=True).stdout.split()[:2])


def listed(f):
    lines = (line.split("//")[0].strip() for line in f.read_text().splitlines())
    return [line for line in lines if line.endswith(".sv")]


def sources(rtl):
    """Every file that a .f below `rtl` names, once, the package first; names in a .f are relative to the project."""
    files = [rtl / REGS_PACKAGE]
    for f in sorted(rtl.glob("*/*.f")):
        for name in listed(f):
            path = rtl / pathlib.Path(name).relative_to("hw/rtl")
            if path not in files:
                files.append(path)
    return files


def blocks(rtl):
    """Module name -> folder, of every module that the file lists name; the modules of top/ last."""
    found = {}
    for path in sources(rtl):
        if re.search(r"^module\s+" + re.escape(path.stem) + r"\b", path.read_text(), re.M):
            found[path.stem] = path.parent.name
    return dict(sorted(found.items(), key=lambda b: (b[1] == "top", b[1], b[0])))


def below(block, texts):
    """Those of `texts`, by path, that `block` is made of: whose module's name they mention, from it down."""
    found, todo = set(), [p for p in texts if p.stem == block]
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            words = set(re.findall(r"\w+", texts[path]))
            todo += [p for p in texts if p.stem in words]
    return found


def needed(block, rtl):
    """The sources that `block` is made of, in the order of sources(), the package first."""
    texts = {path: path.read_text() for path in sources(rtl)}
    found = below(block, texts) | {rtl / REGS_PACKAGE}
    return [path for path in texts if path in found]


def digests(rtl):
    """Block -> a short name for the RTL it is made of, what it includes too: another one when code changes, not when a comment or
    a message does."""

    def code(path):
        return re.sub(r'//.*|"[^"\n]*(?<!\.svh)"', "", path.read_text())

    texts = {path: code(path) for path in sources(rtl)}
    included = {path.relative_to(rtl).as_posix(): code(path) for path in sorted(rtl.rglob("*.svh"))}
    found = {}
    for block in blocks(rtl):
        parts = [texts[path] for path in sorted(below(block, texts))]
        for part in parts:  # grows while it is read
            parts += [included[name] for name in re.findall(r'`include "(.+?)"', part) if included[name] not in parts]
        found[block] = hashlib.sha256(" ".join(" ".join(parts).split()).encode()).hexdigest()[:12]
    return found


def run(script, work, what):
    path = work / f"{what}.ys"
    path.write_text(script)
    result = subprocess.run([yosys(), "-q", str(path)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        raise Failed(f"{what}: {result.stdout.strip()[-2000:]}")


def elaborate(block, rtl, work, parameters=(), defines=()):
    """Elaborates, and finds the memory modules: name of the elaborated module -> (WIDTH, DEPTH)."""
    work.mkdir(parents=True, exist_ok=True)
    files = " ".join(str(f) for f in needed(block, rtl))
    given = " ".join(f"-chparam {k} {v}" for k, v in parameters)
    macros = " ".join(f"-D{d}" for d in defines)
    run(
        f"read_verilog -sv {macros} -I{rtl} {files}\nhierarchy -check -top {block} {given}\nproc\n"
        f"rename -top {block}\nwrite_rtlil {work}/elaborated.il\nwrite_json {work}/elaborated.json\n",
        work,
        f"elaborate-{block}",
    )
    rams = {}
    for name, module in json.loads((work / "elaborated.json").read_text())["modules"].items():
        given = module.get("parameter_default_values", {})
        if re.search(r"(^|\\)ram_\w+(\\|$)", name) and {"WIDTH", "DEPTH"} <= given.keys():
            rams[name] = tuple(int(given[k], 2) for k in ("WIDTH", "DEPTH"))
    return rams


def synthesize(block, rtl, work):
    """The measured row of one block."""
    measured = digests(rtl)[block]
    rams = elaborate(block, rtl, work)
    large = {n: s for n, s in rams.items() if s[0] * s[1] > LARGE_BITS and n != block}
    boxes = "".join(f"blackbox {name}\n" for name in large)
    run(
        f"read_rtlil {work}/elaborated.il\n{boxes}synth_xilinx -family xcup -top {block} -flatten -noiopad -noclkbuf\n"
        f"write_json {work}/netlist.json\n",
        work,
        f"synthesize-{block}",
    )
    try:
        netlist = Netlist(work / "netlist.json", block, large)
        row = netlist.cost()
        paths = netlist.paths()
        inside = netlist.paths(from_ports=False)
    except Unknown as problem:
        raise Failed(f"{block}: {problem}") from None
    row["rtl"] = measured
    row["levels"] = paths[0][0] if paths else 0
    row["inside"] = inside[0][0] if inside else 0
    row["paths"] = paths
    row["dsp_open"] = netlist.unregistered_dsp()
    row["memories"] = sorted(
        (cell_name, *large[cell["type"]]) for cell_name, cell in netlist.top["cells"].items() if cell["type"] in large
    )
    return row
