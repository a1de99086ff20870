"""Reads coverage files of Verilator and gives cover points their words."""
import collections
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "hw/rtl/control/twinpath_regs_pkg.sv"
OPS = ["add", "execute", "cancel", "delete", "replace"]
SIDES = ["buy", "sell"]
BOOK_SIDES = ["empty", "quoted", "unknown"]


def read(files):
    """{(kind, module, file, line, column, comment, hierarchy): count}, summed over the files.
    kind: user, line, toggle, branch; file: relative to the project, for a copy of a file too."""
    counts = collections.Counter()
    for file in files:
        for line in pathlib.Path(file).read_text(errors="replace").splitlines():
            if not line.startswith("C '"):
                continue
            body, _, count = line[3:].rpartition("' ")
            fields = dict(part.split("\x02", 1) for part in body.split("\x01") if "\x02" in part)
            kind, _, module = fields["page"].partition("/")
            key = (kind.removeprefix("v_"), module.split("__")[0], inside(fields["f"]), int(fields["l"]), int(fields["n"]),
                   fields.get("o", ""), fields["h"])
            counts[key] += int(count)
    return counts


def save(counts, path):
    path.write_text(json.dumps([[*key, count] for key, count in counts.items()]))


def load(path):
    return collections.Counter({tuple(entry[:-1]): entry[-1] for entry in json.loads(path.read_text())})


def inside(file):
    return file[file.index("hw/rtl/"):] if "hw/rtl/" in file else str(pathlib.Path(file)).removeprefix(f"{ROOT}/")


def enumeration(prefix):
    """{number: name} of the package's constants of that prefix, in the words of the register map."""
    found = re.findall(rf"\b{prefix}_([A-Z0-9_]+)\s*=\s*(?:\d+'[dh])?(\d+)", PACKAGE.read_text())
    return {int(number): name.lower() for name, number in found}


def user_points(counts):
    """{name: count}, in the order of the source."""
    reasons, states, commands, rules = (enumeration(p) for p in ("REASON", "STATE", "CMD", "RULE"))
    words = {
        "counter": enumeration("CNT"),
        "event_kind": dict(enumerate(["none", "order", "reject", "cancel", "book", "state", "command"])),
        "reject_reason": reasons,
        "reject_for_one_check_alone": reasons,
        "check_fails_behind_another": reasons,
        "reject_of_rule": rules,
        "state_reason": states,
        "command": commands,
        "message_within_16_cycles_of_command": commands,
        "order_of_rule_and_side": {i: f"{rules.get(i // 2, i // 2)} {SIDES[i % 2]}" for i in range(10)},
        "book_of_sides": {i: f"bid {BOOK_SIDES[i % 3]}, offer {BOOK_SIDES[i // 3]}" for i in range(9)},
        "same_order_within_16_cycles": {i: f"{OPS[i // 5]} then {OPS[i % 5]}" for i in range(25)},
    }
    found = collections.Counter()
    places = {}
    for (kind, _, _, line, _, comment, _), count in counts.items():
        if kind != "user":
            continue
        match = re.fullmatch(r"(\w+?)(?:__BRA__(\d+)__KET__)?", comment)
        group, index = match.group(1), match.group(2)
        name = group
        if index is not None:
            name += f"[{words.get(group, {}).get(int(index), int(index))}]"
        found[name] += count
        places[name] = (line, int(index or 0))
    return {name: found[name] for name in sorted(found, key=lambda n: places[n])}


def merged(counts, kinds):
    """{(module, file, line, column, comment): count} of points of some kinds: instances of a module count together."""
    found = collections.Counter()
    for (kind, module, file, line, column, comment, _), count in counts.items():
        if kind in kinds:
            found[module, file, line, column, comment] += count
    return found


def share(found):
    """{module: (met, all)}."""
    shares = {}
    for (module, *_), count in found.items():
        met, total = shares.get(module, (0, 0))
        shares[module] = (met + (count > 0), total + 1)
    return shares
