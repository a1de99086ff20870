"""The kept report of scripts/synth: constraints/synthesis.json, and the page SYNTHESIS.md written from it."""

import json
import math
import pathlib

from flow import LARGE_BITS, digests
from netlist import LEVEL_RULES, large_ram_cost

KEPT = pathlib.Path(__file__).resolve().parents[2] / "constraints" / "synthesis.json"
PAGE = "SYNTHESIS.md"
LIMIT = 6  # levels between registers
MARGIN = 0.05
MARGIN_TEXT = "5 %, one level and no memory or DSP"
KEPT_PATHS = 12
COUNTS = ("lut", "ff", "bram", "uram", "dsp")
UNITS = {"lut": "LUT", "ff": "flip-flops", "bram": "BRAM36", "uram": "URAM", "dsp": "DSP", "levels": "logic levels"}
# What each card's device has, from the vendor's data sheets (DS965, DS978, DS962).
CARDS = {
    "U50": {"lut": 871680, "ff": 1743360, "bram": 1344, "uram": 640, "dsp": 5952},
    "U55C": {"lut": 1303680, "ff": 2607360, "bram": 2016, "uram": 960, "dsp": 9024},
    "U250": {"lut": 1728000, "ff": 3456000, "bram": 2688, "uram": 1280, "dsp": 12288},
}


def read(path):
    return {"tool": None, "blocks": {}, "joined": {}, **(json.loads(path.read_text()) if path.exists() else {})}


def number(value):
    return f"{value:g}" if value % 1 else f"{int(value):,}"


def heading():
    return f"{'block':20} {'LUT':>7} {'FF':>7} {'BRAM36':>7} {'URAM':>5} {'DSP':>4} {'levels':>7} {'inside':>7}"


def line(block, row):
    counts = " ".join(f"{number(row[k]):>{w}}" for k, w in zip(COUNTS, (7, 7, 7, 5, 4)))
    return f"{block:20} {counts} {row['levels']:7} {row['inside']:7}"


def deep(row, most):
    """The paths over the limit, one text each."""
    over = [p for p in row["paths"] if p[0] > LIMIT]
    texts = [f"{levels:3} levels  {start} -> {end}" for levels, start, end in over[:most]]
    return texts + ([f"and {len(over) - most} more ends over {LIMIT} levels"] if len(over) > most else [])


def grown(block, row, kept):
    """What of a block is past the margin: a message each."""
    if kept is None:
        return [f"{block} is not in the kept report: scripts/synth --update {block}"]
    wrong = []
    for key in (*COUNTS, "levels"):
        # A block of a few cells may gain some by a change of no weight.
        room = {"lut": max(8, kept[key] * MARGIN), "ff": max(8, kept[key] * MARGIN), "levels": 1}.get(key, 0)
        if row[key] > kept[key] + room:
            where = f", {row['paths'][0][1]} -> {row['paths'][0][2]}" if key == "levels" else ""
            wrong.append(
                f"{block} grew from {number(kept[key])} to {number(row[key])} {UNITS[key]}{where}; at most "
                f"{number(math.floor(kept[key] + room))} pass. Repair it, or keep it with scripts/synth --update {block}"
            )
    return wrong


JOINED_HEADING = f"{'group':32} {'registers':>9} {'levels':>7}"


def joined_row(cone, ends, paths):
    over = [p for p in paths if p[0] > LIMIT]
    return {"cone": cone, "ends": ends, "levels": paths[0][0] if paths else 0, "over": len(over), "deep": over[:KEPT_PATHS]}


def joined_line(group, row):
    return f"{group:32} {row['ends']:9} {row['levels']:7}"


def joined_over(group, row, kept):
    """What of a group's paths is over the limit, and was not when it was kept: a message each."""
    most = max(LIMIT, kept["levels"] if kept else 0)
    return [f"{group}: {levels} levels, {start} -> {end}; at most {most} pass" for levels, start, end in row["deep"] if levels > most]


def old(data, rtl):
    """The blocks of the kept report that were measured on other RTL than there is."""
    today = digests(rtl)
    return [block for block, row in data["blocks"].items() if row.get("rtl") != today.get(block)]


def joined_old(rows, cones):
    """The groups of a block whose paths were not measured as they are: `cones` names what leads to each (cones.Design.digests)."""
    return [group for group, cone in cones.items() if rows.get(group, {}).get("cone") != cone]


def read_of(path, tool):
    """The kept report, without rows that another tool measured."""
    data = read(path)
    return data if data["tool"] == tool else {"blocks": {}, "joined": {}}


def keep_joined(path, tool, top, group, row, groups):
    """Keeps the row of one group of `top`, which has these groups; rows of groups it no longer has go."""
    data = read_of(path, tool)
    rows = {g: kept for g, kept in data["joined"].get(top, {}).items() if g in groups}
    data["joined"][top] = dict(sorted({**rows, group: row}.items()))
    save(path, tool, data["blocks"], data["joined"])


def save(path, tool, blocks, joined):
    data = json.loads(json.dumps({"tool": tool, "blocks": blocks, "joined": joined}))
    parts = []
    for key in ("blocks", "joined"):
        lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in data[key].items())
        parts.append(f'"{key}": {{\n{lines}\n}}')
    path.write_text(f'{{"tool": {json.dumps(tool)}, {", ".join(parts)}}}\n')
    path.with_name(PAGE).write_text(page(data))


def keep(path, tool, known, block, row):
    """Keeps the row of one block; rows of blocks that are not known go."""
    data = read_of(path, tool)
    over = [p for p in row["paths"] if p[0] > LIMIT]
    data["blocks"][block] = {
        "folder": known[block],
        **{k: row[k] for k in ("rtl", *COUNTS, "levels", "inside")},
        "dsp_open": row["dsp_open"],
        "memories": row["memories"],
        "ends_over": len(over),
        "deep": over[:KEPT_PATHS],
    }
    save(path, tool, {b: data["blocks"][b] for b in known if b in data["blocks"]}, data["joined"])


def page(data):
    blocks = data["blocks"]
    out = [
        "<!-- Written by scripts/synth --update; do not edit. -->",
        "# Synthesis: what each block costs, and how deep it is",
        "",
        f"By {data['tool']}, `synth_xilinx -family xcup -flatten`, each block alone with its default parameters. Not run in Vivado: the",
        "vendor's tool maps better, and what matters here is the change from one version to the next. `scripts/synth --check` fails when a",
        f"block grows by more than {MARGIN_TEXT}; `scripts/synth --old` names the rows that were measured on other RTL than there is.",
        "",
        LEVEL_RULES,
        f"A memory of more than {LARGE_BITS:,} bits is not mapped by Yosys: it costs what its width and depth need in whole block RAMs or",
        "UltraRAMs, without the multiplexers or cascades between them. *Inside* leaves the paths from and to ports out.",
        "",
        "| block | LUT | FF | BRAM36 | URAM | DSP | levels | inside |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for block, row in blocks.items():
        counts = " | ".join(number(row[k]) for k in COUNTS)
        out.append(f"| {row['folder']}/{block} | {counts} | {row['levels']} | {row['inside']} |")
    for block, row in blocks.items():
        if row["folder"] == "top":
            out += inventory(block, row)
    for top, groups in data["joined"].items():
        out += through(top, groups)
    over = {b: row for b, row in blocks.items() if row["levels"] > LIMIT}
    out += ["", f"## Paths over {LIMIT} levels", ""]
    if not over:
        out.append("None.")
    else:
        out += [f"The deepest path into each register, memory or port, at most {KEPT_PATHS} a block.", "", "| block | levels | from | to |", "|---|--:|---|---|"]
        for block, row in over.items():
            out += [f"| {block} | {levels} | `{start}` | `{end}` |" for levels, start, end in row["deep"]]
            if row["ends_over"] > len(row["deep"]):
                out.append(f"| {block} | | | {row['ends_over'] - len(row['deep'])} more |")
    loose = {b: row["dsp_open"] for b, row in blocks.items() if row["dsp_open"]}
    if loose:
        out += ["", "## DSP blocks without a register", "", "A path ends at a DSP block; these have no register of their own, so the true path is longer.", ""]
        out += [f"- {block}: {len(names)}" for block, names in loose.items()]
    return "\n".join(out) + "\n"


def through(top, groups):
    deepest = max(row["levels"] for row in groups.values())
    over = sum(row["over"] for row in groups.values())
    out = ["", f"## Paths of {top} through all its blocks", ""]
    out += [f"`scripts/synth --joined`: {deepest} levels at most, {over or 'no'} registers or memories past {LIMIT}. From register to register wherever these are,",
            "the ends of a group mapped together with all that leads to them, and once more by themselves where they are too deep: mapped",
            "all at once, the core is made as small as its deepest path allows. Paths from and to its ports are left out.",
            "`scripts/synth --joined --old` names the groups with other logic in front of them than was measured."]  # fmt: skip
    out += ["", "| registers of | registers, memories | levels |", "|---|--:|--:|"]
    out += [f"| {group} | {row['ends']} | {row['levels']} |" for group, row in groups.items()]
    deep = [(group, *path) for group, row in groups.items() for path in row["deep"]]
    if deep:
        out += ["", "| levels | from | to |", "|--:|---|---|"]
        out += [f"| {levels} | `{start}` | `{end}` |" for _, levels, start, end in deep]
    return out


def inventory(block, row):
    out = ["", f"## {block} on the cards", "", "Share of the whole device; the card's own shell takes its part of it first.", ""]
    out += ["| | " + " | ".join(UNITS[k] for k in COUNTS) + " |", "|---|" + "--:|" * len(COUNTS)]
    out.append(f"| {block} | " + " | ".join(number(row[k]) for k in COUNTS) + " |")
    for card, has in CARDS.items():
        shares = " | ".join(f"{number(has[k])} ({100 * row[k] / has[k]:.1f} %)" for k in COUNTS)
        out.append(f"| {card} | {shares} |")
    out += ["", "| large memory | width | depth | BRAM36 | URAM | URAM in a column |", "|---|--:|--:|--:|--:|--:|"]
    groups = {}
    for name, width, depth in row["memories"]:
        groups.setdefault((width, depth), []).append(name)
    for (width, depth), names in sorted(groups.items(), key=lambda g: -g[0][0] * g[0][1] * len(g[1])):
        block_rams, ultra = (len(names) * n for n in large_ram_cost(width, depth))
        label = f"`{names[0]}`" + (f" and {len(names) - 1} alike" if len(names) > 1 else "")
        column = -(-depth // 4096) if ultra else 0
        out.append(f"| {label} | {width} | {depth:,} | {block_rams:,} | {ultra:,} | {column or ''} |")
    return out
