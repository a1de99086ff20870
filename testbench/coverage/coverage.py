#!/usr/bin/env python3
"""Runs sessions on the core with coverage, and says which cover points they met (scripts/coverage is the command).

  coverage.py check  --sessions PROGRAM --out FOLDER                 a short run; exits 1 when a point that is not in
                                                                     holes.toml was not met, naming it
  coverage.py report --sessions PROGRAM --out FOLDER --write FILE    a longer run, and the report

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


def run(sessions, out, trials, messages):
    """Plays the sessions, and gives the files with their counts."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    command = [str(sessions), str(trials), str(messages)]
    subprocess.run(command, check=True, env=os.environ | {"TP_COVERAGE_OUT": str(out)})
    files = sorted(out.glob("*.dat"))
    if len(files) == 0:
        raise SystemExit(f"{sessions} left no counts in {out}")
    return files


def holes():
    """{point: why it is not met} from holes.toml."""
    listed = tomllib.loads((HERE / "holes.toml").read_text())
    return {point: hole["why"] for hole in listed["hole"] for point in hole["points"]}


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


def report(counts, found, known, arguments):
    met = sum(count > 0 for count in found.values())
    lines, line_points = points.share(counts, ("line", "branch"))
    toggles, _ = points.share(counts, ("toggle",))
    text = ["# Coverage of the core", "",
            f"Written by `scripts/coverage`: {arguments.trials} hostile sessions and a market session of "
            f"{arguments.messages} messages,", "in lockstep with the software path. Block benches are not in it.", "",
            "## Lines and toggles", "", "| module | lines and branches | toggles |", "|---|---|---|"]
    for module in sorted(set(lines) | set(toggles)):
        if module == "core_cover":
            continue
        text.append(f"| {module} | {percent(*lines.get(module, (0, 0)))} | {percent(*toggles.get(module, (0, 0)))} |")
    for kind, shares in (("lines and branches", lines), ("toggles", toggles)):
        own = [v for m, v in shares.items() if m != "core_cover"]
        text.append("")
        text.append(f"All {kind}: {percent(sum(m for m, _ in own), sum(t for _, t in own))}.")
    never = {}
    for (module, file, line, _, comment), count in line_points.items():
        if count == 0 and module != "core_cover":
            never.setdefault(str(pathlib.Path(file).relative_to(points.ROOT)) if str(file).startswith(str(points.ROOT))
                             else file, set()).add(line)
    text += ["", "Lines with a statement or branch that no session took:", ""]
    text += [f"- {file}: {', '.join(map(str, sorted(at)))}" for file, at in sorted(never.items())] or ["- none"]
    text += ["", "## Cover points", "", f"{met} of {len(found)} met. Those that are not:", "", "| point | why |", "|---|---|"]
    text += [f"| {name} | {known.get(name, '**not known**')} |" for name, count in found.items() if count == 0]
    text += ["", "All, with how often:", "", "| point | met |", "|---|---|"]
    text += [f"| {name} | {count} |" for name, count in found.items()]
    arguments.write.write_text("\n".join(text) + "\n")
    print(f"{arguments.write}: lines and branches and toggles of {len(set(lines) | set(toggles))} modules, "
          f"{met} of {len(found)} points met")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["check", "report"])
    parser.add_argument("--sessions", type=pathlib.Path, required=True, help="the program coverage_sessions")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for the counts")
    parser.add_argument("--write", type=pathlib.Path, default=HERE / "COVERAGE.md", help="the report")
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--messages", type=int, default=3000)
    arguments = parser.parse_args()
    counts = points.read(run(arguments.sessions, arguments.out, arguments.trials, arguments.messages))
    found = points.user_points(counts)
    if arguments.action == "report":
        report(counts, found, holes(), arguments)
        return 0
    return check(found, holes())


if __name__ == "__main__":
    sys.exit(main())
