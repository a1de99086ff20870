#!/usr/bin/env python3
"""Copies RTL for an event-driven simulator: a combinational process shows each of its results once, when it is final.

In `always_comb begin x = 0; if (a) x = 1; ... end` x passes through 0. Synthesis and Verilator know only the final values,
but Icarus wakes the readers of x at every step; two such processes, each reading something the other writes, then wake each
other for ever although no signal depends on itself. In the copies every such process works on variables of its own
(x_in_process) and assigns them to the real ones at its end. Nothing else changes.

Usage: settle.py --root PROJECT --out FOLDER FILE...
"""
import argparse
import pathlib
import re
import sys

WORD = re.compile(r"[A-Za-z_]\w*")
OPENS = {"begin", "case", "casez", "casex"}
CLOSES = {"end", "endcase"}


def bare(text):
    """The text with comments and strings blanked, at the same places."""
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"', lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)


def blocks(code):
    """(start, end) of the begin ... end behind each always_comb."""
    for match in re.finditer(r"\balways_comb\s+begin\b", code):
        depth, start = 0, match.end() - len("begin")
        for word in WORD.finditer(code, start):
            depth += word.group() in OPENS
            depth -= word.group() in CLOSES
            if depth == 0:
                yield start, word.end()
                break


def written(body):
    """Names on the left of an assignment."""
    names = re.findall(r"(?:(?<=[;:)])|\bbegin\b|\bend\b|\belse\b)\s*([A-Za-z_]\w*)\s*(?:\[[^;=]*?\]|\.\w+)*\s*=(?!=)", body)
    names += [n for group in re.findall(r"(?:[;:)]|\bbegin\b|\bend\b|\belse\b)\s*\{([^{};=]*)\}\s*=(?!=)", body)
              for n in re.findall(r"([A-Za-z_]\w*)", group)]
    return sorted(set(names) - OPENS - CLOSES - {"if", "else", "int", "for"})


def declaration(code, name, file):
    """The type that the module declares `name` with."""
    kind = r"\b(logic(?:\s+signed)?|\w+_t|int)((?:\s*\[[^\];]*\])*)"
    found = re.search(rf"{kind}\s*(?<!\w)(?:\w+\s*,\s*)*{name}\s*([;,)=\[])", code)
    if found is None or found.group(3) == "[":
        raise SystemExit(f"settle.py: {file}: found no declaration of {name} in one line, as TYPE [RANGE] {name}")
    return found.group(1) + found.group(2)


def settle(text, file):
    code = bare(text)
    for start, end in reversed(list(blocks(code))):
        body = text[start:end]
        own = set(re.findall(r"\b(?:int|logic|automatic)\b[^;=]*?([A-Za-z_]\w*)\s*[;=]", code[start:end]))
        names = [n for n in written(code[start:end]) if n not in own]
        declared = "".join(f"{declaration(code, n, file)} {n}_in_process; " for n in names)
        for n in names:
            body = re.sub(rf"(?<![\w.$]){n}\b", f"{n}_in_process", body)
        shown = "".join(f" {n} = {n}_in_process;" for n in names)
        head = text.rfind("always_comb", 0, start)
        text = text[:head] + declared + text[head:start] + body[:-3] + shown.strip() + " end" + text[end:]
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", help="relative to the project root")
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    for file in arguments.files:
        target = arguments.out / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(settle((arguments.root / file).read_text(), file))
    return 0


if __name__ == "__main__":
    sys.exit(main())
