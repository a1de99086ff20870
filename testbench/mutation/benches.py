"""The block benches of testbench/rtl, compiled from a project whose RTL holds a batch of mutants.

A mutant is tried in the benches of testbench/rtl that have its file's module in them: those of the file's own folder, or, when that
has none (hw/rtl/strategy), those of other folders.
"""
import os
import pathlib
import re
import resource
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ELSEWHERE = ("kernel", "mac", "top")  # not of the core's blocks, or of the whole core
# The same tests of a block at another data width than the core's, or with full tables, which take minutes to clear.
MORE = re.compile(r"_(32|128)_test$|/(book_stage|order_table_full)_test$")


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def write_project(project, copy, package):
    """The project by links, but for hw/rtl, which is that of the copy. `package` is the selection's source."""
    project.mkdir(exist_ok=True)
    for entry in ROOT.iterdir():
        link = project / entry.name
        if entry.name not in ("build", "hw", ".git") and not link.exists():
            link.symlink_to(entry)
    for path in (ROOT / "hw" / "rtl").rglob("*"):
        file = path.relative_to(ROOT)
        if path.is_file():
            text = (copy / file).read_text() if (copy / file).exists() else path.read_text()
            if path.name == "twinpath_regs_pkg.sv":
                text = package + text
            if path.suffix == ".vlt":
                text += "lint_off -file \"*\"\n"  # a mutant may well use less than the original
            put(project / file, text)


def inside(top, files):
    """The files of the modules that are instantiated below `top`, itself among them. A file's name is its module's."""
    known, found, wanted = {f.stem: f for f in files}, set(), [top]
    while wanted:
        module = wanted.pop()
        if module in found or module not in known:
            continue
        found.add(module)
        text = known[module].read_text()
        wanted += re.findall(r"^\s*(\w+)\s+(?:#\(|u_\w+)", text, re.M)
    return {known[m] for m in found}


def all_benches(where, project, more):
    """{program, relative to `where`: files of its block, relative to the project}, of a configured build, those of MORE only if `more`."""
    found = {}
    text = (where / "build.ninja").read_text()
    rule = re.compile(r"^build (testbench/rtl/(\w+)/(\w+))_model\.verilated/\S+ .*?: CUSTOM_COMMAND (.*)\n  COMMAND = .*? --top-module (\w+) ", re.M)
    for program, room, _, depends, top in rule.findall(text):
        files = [pathlib.Path(f) for f in depends.split() if f.endswith(".sv")]
        if room not in ELSEWHERE and (more or not MORE.search(program)):
            found[program] = {str(f.relative_to(project)) for f in inside(top, files)}
    return found


def benches_of(file, everything):
    """The programs of `everything` for a file, those of its own block first."""
    having = [p for p, files in everything.items() if file in files]
    folder, stem = pathlib.PurePath(file).parts[2], pathlib.PurePath(file).stem
    own = [p for p in having if p.split("/")[2] == folder]
    return sorted(own or having, key=lambda p: (not p.rsplit("/", 1)[1].startswith(stem), p))


def run(program, number, limit):
    """(whether a bench fails with that mutant, seconds of processor time): it may take `limit` of these, however busy the machine is."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run([program, "--gtest_fail_fast"], env=os.environ | {"TP_MUTANT": str(number)}, capture_output=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)))
    return done.returncode != 0, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def try_all(where, everything, survivors, build, add, until):
    """Bench by bench, each built when a mutant needs it: add(mutant, name of the bench that failed or None, all that were tried).
    A bench that fails without a mutant would catch all of them: that is an error."""
    wanted = {m["id"]: benches_of(m["file"], everything) for m in survivors}
    caught = {}
    order = sorted({p for programs in wanted.values() for p in programs}, key=lambda p: (p.split("/")[2], p))
    for program in order:
        waiting = [m for m in survivors if program in wanted[m["id"]] and m["id"] not in caught]
        if not waiting:
            continue
        if time.time() > until:
            print("  the time is up; call again to go on", flush=True)
            break
        started = time.time()
        build(program)
        built = time.time() - started
        failed, seconds = run(where / program, 0, 3600)
        if failed:
            raise SystemExit(f"scripts/mutate: {where / program} fails without a mutant")
        for mutant in waiting:
            if run(where / program, mutant["number"], int(3 * seconds) + 10)[0]:
                caught[mutant["id"]] = program.rsplit("/", 1)[1]
                add(mutant, caught[mutant["id"]], [])
        print(f"  {program.rsplit('/', 1)[1]}: built in {built:.0f} s, tried {len(waiting)} in {time.time() - started - built:.0f} s, "
              f"caught {sum(m['id'] in caught for m in waiting)}", flush=True)
    else:
        for mutant in survivors:
            if mutant["id"] not in caught:
                add(mutant, None, [p.rsplit("/", 1)[1] for p in wanted[mutant["id"]]])
