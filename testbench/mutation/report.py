"""Writes MUTATION.md: the share of mutants caught by file, and the survivors with what explanations.toml says of them."""
import collections
import pathlib
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
CAUGHT = ("caught", "stuck", "crashed", "block")
CLASSES = {
    "equivalent": "no input can tell it from the original",
    "unreachable": "what would tell it from the original does not occur: the block's inputs do not take these values, or not within a run",
    "unseen": "what it changes is promised to nobody: a cycle more or less, or the value of something that is not valid",
    "hole": "a test could notice it, and none does",
}


def explanations():
    """{id: (class, why)}."""
    path = HERE / "explanations.toml"
    found = {}
    for entry in tomllib.loads(path.read_text()).get("mutants", []):
        if entry.get("class") not in CLASSES:
            raise SystemExit(f"{path}: mutants {entry.get('ids')}: expected class, one of {', '.join(CLASSES)}; found {entry.get('class')}")
        for identity in entry["ids"]:
            if identity in found:
                raise SystemExit(f"{path}: mutant {identity} is explained twice; keep one of the two")
            found[identity] = (entry["class"], entry["why"])
    return found


def shown(text):
    return "`" + " ".join(text.split()).replace("|", "\\|") + "`"


def table(columns, rows):
    return ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)] + ["| " + " | ".join(map(str, row)) + " |" for row in rows]


def write(everything, known, seed, without):
    """`everything`: all mutants; `known`: {id: result}; `without`: what of hw/rtl has no mutants here."""
    why = explanations()
    tried = [(m, known[m["id"]]) for m in everything if m["id"] in known]
    tried = [(m, r) for m, r in tried if r["result"] != "invalid"]
    counts = collections.defaultdict(collections.Counter)
    for mutant, result in tried:
        counts[mutant["file"]][result["result"]] += 1
    total = sum(counts.values(), collections.Counter())
    caught = sum(total[k] for k in CAUGHT)
    survivors = sorted(((m, r) for m, r in tried if r["result"] == "survived"), key=lambda s: (s[0]["file"], s[0]["line"], s[0]["id"]))
    classes = collections.Counter(why[m["id"]][0] if m["id"] in why else "not explained" for m, _ in survivors)
    visible = len(tried) - classes["equivalent"] - classes["unreachable"] - classes["unseen"]

    def percent(part, whole):
        return f"{100 * part / whole:.1f} %" if whole else "-"

    text = ["# Mutants of the RTL", "",
            f"Written by `scripts/mutate`. {len(everything)} mutants are possible, {len(tried)} were tried (a sample, seed {seed}), "
            f"{caught} of them were caught: {percent(caught, len(tried))}; of the {visible} that a test can notice at all, "
            f"{percent(caught, visible)}.", "",
            f"No mutants are made of {without}: hostile sessions do not run through them; their own benches have faults of their own "
            "(testbench/rtl/kernel/rings.toml, testbench/rtl/mac/mac.toml).", "",
            "Sessions: a difference from the software path, or a core that stopped answering. Benches: a block bench of the file failed, "
            "of those that sessions let pass.", ""]
    rows = [(file, sum(row.values()), row["caught"] + row["stuck"] + row["crashed"], row["block"], row["survived"])
            for file, row in sorted(counts.items())]
    rows.append(("all", len(tried), caught - total["block"], total["block"], total["survived"]))
    text += table(("file", "tried", "by sessions", "by benches", "survived"), rows)
    text += ["", "## Survivors", ""]
    text += table(("class", "survivors", "what that means"),
                  [(c, classes[c], CLASSES.get(c, "nobody has looked at it yet")) for c in [*CLASSES, "not explained"] if classes[c]])
    text += [""]
    rows = []
    for mutant, result in survivors:
        kind, reason = why.get(mutant["id"], ("not explained", ""))
        if "blocks" not in result:
            reason = "not tried in benches yet. " + reason
        rows.append((mutant["id"], f"{mutant['file']}:{mutant['line']}", shown(mutant["original"]),
                     "dropped" if mutant["mutated"] == ";" else shown(mutant["mutated"]), kind, reason))
    text += table(("mutant", "where", "from", "to", "class", "why it survives"), rows)
    (HERE / "MUTATION.md").write_text("\n".join(text) + "\n")
    print(f"{caught} of {len(tried)} caught ({percent(caught, len(tried))}), {len(survivors)} survived: "
          f"{', '.join(f'{n} {c}' for c, n in classes.items()) or 'none'}; testbench/mutation/MUTATION.md")
    for identity in sorted(set(why) - {m["id"] for m in everything}):
        print(f"explanations.toml explains {identity}, which is no mutant any more: its line has changed")
    for identity in sorted(set(why) & {m["id"] for m, r in tried if r["result"] in CAUGHT}):
        print(f"explanations.toml explains {identity}, which is caught")
