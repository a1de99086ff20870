"""The kept report of scripts/pnr: constraints/pnr.json, and the page PNR.md written from it."""

import json
import pathlib

from flow import digests

KEPT = pathlib.Path(__file__).resolve().parents[2] / "constraints" / "pnr.json"
PAGE = "PNR.md"
# What may be lost: a placement is found by chance, and one change anywhere makes it another.
MARGIN = {"mhz": 0.10, "lut4": 0.05, "ff": 0.05}
MARGIN_TEXT = "a tenth of its frequency, 5 % of its cells, a memory or a multiplier"
UNITS = {"lut4": "LUT4", "ff": "flip-flops", "ebr": "block RAM", "mult": "multipliers"}


def read(path):
    return {"tool": None, "blocks": {}, **(json.loads(path.read_text()) if path.exists() else {})}


def keep(path, tool, known, block, row):
    """Keeps the row of one block; rows of blocks that are not known go, and those that other tools measured."""
    data = read(path)
    rows = data["blocks"] if data["tool"] == tool else {}
    rows[block] = row
    rows = {b: rows[b] for b in known if b in rows}
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    path.write_text(f'{{"tool": {json.dumps(tool)}, "blocks": {{\n{lines}\n}}}}\n')
    path.with_name(PAGE).write_text(page({"tool": tool, "blocks": rows}))


def old(data, rtl):
    """The blocks whose row was measured on other RTL than there is."""
    today = digests(rtl)
    return [b for b, row in data["blocks"].items() if row["rtl"] != today.get(b)]


def line(block, row):
    return f"{block}: {row['mhz']} MHz, {row['lut4']:,} LUT4, {row['ff']:,} FF, {row['ebr']} block RAM, {row['from']} -> {row['to']}"


def lost(block, row, kept):
    """What of a block is past the margin: a message each."""
    again = f"Repair it, or keep it with scripts/pnr --update {block}"
    if kept is None:
        return [f"{block} is not in the kept report: scripts/pnr --update {block}"]
    wrong = []
    least = kept["mhz"] * (1 - MARGIN["mhz"])
    if row["mhz"] < least:
        wrong.append(f"{block} fell from {kept['mhz']} to {row['mhz']} MHz, {row['from']} -> {row['to']}; at least {least:.1f} pass. {again}")
    for key, unit in UNITS.items():
        # A block of a few cells may gain some by a change of no weight.
        most = kept[key] + (max(8, int(kept[key] * MARGIN[key])) if key in MARGIN else 0)
        if row[key] > most:
            wrong.append(f"{block} grew from {kept[key]:,} to {row[key]:,} {unit}; at most {most:,} pass. {again}")
    return wrong


def page(data):
    out = [
        "<!-- Written by scripts/pnr --update; do not edit. -->",
        "# Placed and routed on a small device",
        "",
        f"{data['tool']}, LFE5UM5G-85F, speed grade 8, by `scripts/pnr`. No card's device: the figures serve to compare one version of a block",
        "with the next. Memories are cut to 512 words, and products of long numbers to 18 bits of one of them. Frequency is of the slowest path",
        "between registers; *levels* are the cells in it, *wires* is their share of its delay. `scripts/pnr --check` places again, and fails where",
        f"a block lost more than {MARGIN_TEXT}; `scripts/pnr --old` names the rows that were",
        "measured on other RTL than there is. Blocks with many carry chains and multipliers are mapped and placed in another way (`APART` in",
        "`scripts/pnr`), so no block's figures say anything of another's.",
        "",
        "| block | MHz | LUT4 | FF | block RAM | multipliers | levels | wires | from | to |",
        "|---|--:|--:|--:|--:|--:|--:|--:|---|---|",
    ]
    for block, r in data["blocks"].items():
        cost = f"{r['lut4']:,} | {r['ff']:,} | {r['ebr']} | {r['mult']}"
        out.append(f"| {block} | {r['mhz']} | {cost} | {r['levels']} | {r['wire_share']} % | `{r['from']}` | `{r['to']}` |")
    for block, r in data["blocks"].items():
        if r["scaled"]:
            out += ["", f"{block} is scaled down: {r['scaled']}."]
    return "\n".join(out) + "\n"
