#!/usr/bin/env python3
"""Runs sessions on the core with coverage, and says which cover points they met (scripts/coverage is the command).

  coverage.py check  --sessions PROGRAM --out FOLDER                 a short run; exits 1 when a point that is not in
                                                                     holes.toml was not met, naming it
  coverage.py report --sessions PROGRAM --benches FILE --out FOLDER --write FILE
                                                                     a longer run, the block benches that FILE lists, and the report

Runs are cut by --trials (hostile sessions) and --messages (of a generated market session).
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tomllib

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import points  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


def run(commands, out, keep=False):
    """Runs programs that leave counts, all at once, and gives these; with `keep` those that the last run left, if any."""
    kept = out / "counts.json"
    if keep and kept.exists():
        return points.load(kept)
    shutil.rmtree(out, ignore_errors=True)
    running = []
    for number, command in enumerate(commands):
        folder = out / str(number)
        folder.mkdir(parents=True)
        with (folder / "log").open("w") as log:
            running.append(subprocess.Popen([str(c) for c in command], env=os.environ | {"TP_COVERAGE_OUT": str(folder)}, stdout=log,
                                            stderr=subprocess.STDOUT))
    for number, process in enumerate(running):
        if process.wait() != 0:
            log = (out / str(number) / "log").read_text()
            raise SystemExit(f"{commands[number][0]} ended with status {process.returncode}:\n{log[-3000:]}")
    files = sorted(out.glob("*/*.dat"))
    if not files:
        raise SystemExit(f"{commands[0][0]} left no counts in {out}; was it built with TP_COVERAGE_LINES?")
    counts = points.read(files)
    points.save(counts, kept)
    for file in files:
        file.unlink()
    return counts


def holes(trials):
    """{point: why it is not met}, and [(file, text, why)] of lines, from holes.toml. A hole with `below` counts only with fewer hostile
    sessions than that."""
    listed = tomllib.loads((HERE / "holes.toml").read_text())
    known = {point: hole["why"] for hole in listed["hole"] for point in hole["points"] if trials < hole.get("below", trials + 1)}
    return known, [(line["file"], line["text"], line["why"]) for line in listed.get("line", [])]


def check(found, known):
    missing = [name for name, count in found.items() if count == 0 and name not in known]
    for name in missing:
        print(f"not met: {name}")
    for name in sorted(set(known) - set(found)):
        print(f"holes.toml names {name}, which is no point of core_cover.sv")
    met = sum(count > 0 for count in found.values())
    print(f"{met} of {len(found)} points met, {len(known)} known not to be")
    for name in known:
        if found.get(name):
            print(f"met after all, holes.toml can do without it: {name}")
    return 1 if missing or set(known) - set(found) else 0


def percent(met, total):
    return f"{100 * met / total:.1f} %" if total else "-"


def table(columns, rows):
    return ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)] + ["| " + " | ".join(map(str, row)) + " |" for row in rows]


def lines_not_taken(counts, by_bench, reasons):
    """[(file:line, source, branches, benches that took all of them, why)] of the lines that no session took."""
    missed, used = {}, set()
    for (module, file, line, column, comment), count in counts.items():
        if count == 0 and module != "core_cover":
            missed.setdefault((file, line), []).append((module, file, line, column, comment))
    rows = []
    for (file, line), at in sorted(missed.items()):
        source = (points.ROOT / file).read_text().splitlines()[line - 1].strip()
        takers = sorted({b for b, taken in by_bench.items() if any(taken.get(p) for p in at)})
        left = [p for p in at if not any(taken.get(p) for taken in by_bench.values())]
        why = [r for r in reasons if r[0] == file and r[1] in source]
        used.update(why)
        why = "; ".join(r[2] for r in why)
        if left:
            why = why or "**not known**"
        rows.append((f"{file}:{line}", f"`{source}`".replace("|", "\\|"), ", ".join(sorted({p[4] or "line" for p in at})),
                     ", ".join(takers) + (" (in part)" if takers and left else "") or "-", why))
    for reason in set(reasons) - used:
        print(f"holes.toml has a line of {reason[0]} that is taken, or is no more: {reason[1]}")
    return rows


def report(counts, by_bench, arguments):
    known, reasons = holes(arguments.trials)
    found = points.user_points(counts)
    met = sum(count > 0 for count in found.values())
    columns, totals, line_counts, line_benches = {}, [], {}, {}
    for kind in (("line", "branch"), ("toggle",)):
        core = {p: c for p, c in points.merged(counts, kind).items() if p[0] != "core_cover"}
        benches = {b: points.merged(c, kind) for b, c in by_bench.items()}
        both = {p: c + sum(taken.get(p, 0) for taken in benches.values()) for p, c in core.items()}
        for part in (core, both):
            columns[kind[0], part is both] = points.share(part)
            totals.append(percent(sum(c > 0 for c in part.values()), len(part)))
        if kind[0] == "line":
            line_counts, line_benches = core, benches
    modules = sorted({m for shares in columns.values() for m in shares})
    text = ["# Coverage of the core", "",
            f"Written by `scripts/coverage`: {arguments.trials} hostile sessions, seven more of other kinds and a market session of "
            f"{arguments.messages} messages, in lockstep with the software path; and with benches of blocks in which sessions leave lines "
            f"({', '.join(by_bench)}), of whose counts only those of points that the core has are taken.", "", "## Lines and toggles", ""]
    rows = [(m, *(percent(*columns[k, b].get(m, (0, 0))) for k in ("line", "toggle") for b in (False, True))) for m in modules]
    rows.append(("all", *totals))
    text += table(("module", "lines and branches: sessions", "with benches", "toggles: sessions", "with benches"), rows)
    text += ["", "Toggles: a bit that went up, and a bit that went down. Much of what is left cannot move: addresses and times above what a run "
             "reaches, fields that a build or a protocol fixes.", "",
             "## Lines that no session took", "", "Why, where no bench takes them either.", ""]
    not_taken = lines_not_taken(line_counts, line_benches, reasons)
    text += table(("line", "source", "branch", "taken by", "why"), not_taken)
    text += ["", "## Cover points", "", f"{met} of {len(found)} met by sessions. Those that are not:", ""]
    text += table(("point", "why"), [(name, known.get(name, "**not known**")) for name, count in found.items() if count == 0])
    text += ["", "All, with how often:", ""]
    text += table(("point", "met"), found.items())
    arguments.write.write_text("\n".join(text) + "\n")
    print(f"{arguments.write}: lines {totals[0]}, with benches {totals[1]}; toggles {totals[2]}, with benches {totals[3]}; "
          f"{met} of {len(found)} points met; {sum('**' in row[4] for row in not_taken)} lines without a reason")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["check", "report"])
    parser.add_argument("--sessions", type=pathlib.Path, required=True, help="the program coverage_sessions")
    parser.add_argument("--benches", type=pathlib.Path, help="a file that names a bench a line")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for the counts")
    parser.add_argument("--write", type=pathlib.Path, default=HERE / "COVERAGE.md", help="the report")
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--jobs", type=int, default=2, help="sessions at once (2)")
    parser.add_argument("--keep", action="store_true", help="take the counts that the last run left in --out, where there are any")
    arguments = parser.parse_args()
    sessions = [[arguments.sessions, arguments.trials, arguments.messages, part, arguments.jobs] for part in range(arguments.jobs)]
    counts = run(sessions, arguments.out / "sessions", arguments.keep)
    if arguments.action == "report":
        programs = arguments.benches.read_text().split() if arguments.benches else []
        report(counts, {pathlib.Path(p).name: run([[p]], arguments.out / pathlib.Path(p).name, arguments.keep) for p in programs}, arguments)
        return 0
    return check(points.user_points(counts), holes(arguments.trials)[0])


if __name__ == "__main__":
    sys.exit(main())
