"""What every system test uses: the command, sessions made for the test, and readers of files that share no code with it."""

import os
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile
import time
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
# Files that this project did not write; tests that need them are skipped by name where they are absent.
DATA = PROJECT.parent / "shared" / "data"
PATIENCE = 60  # seconds, for whatever must come: how fast this machine is decides nothing

# Two seconds of two lines that lose, repeat, reorder and damage packets, with halts, tags and unknown types.
HOSTILE = (
    "--seed 11 --messages 12000 --symbols 24 --configured 12 --duration 2 --loss 0.02 --duplication 0.02 --reordering 0.02"
    " --damage 0.01 --tagged 0.2 --gap 0.001 --halts 3 --luld-pauses 2 --operational-halts 2 --unknown-types 0.002"
).split()
CLEAN = "--seed 5 --messages 8000 --symbols 16 --configured 8 --duration 2 --halts 0 --luld-pauses 0 --operational-halts 0".split()
# Five times as long at the same pace: it goes on while a test looks, however long that takes.
LONG = [{"8000": "40000", "2": "10"}.get(o, o) for o in CLEAN]

# host/core/event.h
ORDER, REJECT, CANCEL, BOOK, STATE, COMMAND = range(1, 7)
RULES = ["cancel", "take", "imbalance", "momentum", "lead_lag"]
CHECKS = ["kill", "permission", "session", "halt", "quantity", "notional", "collar", "position", "gross", "open_orders", "rate",
          "duplicate", "self_trade"]
KILL, RELEASE, SWAP = 1, 2, 6  # SEM 2.9
EVENT_BYTES = 128
_EVENT = struct.Struct("<4B2HQQIH2B4IQ6IiIIIQHH10H")
_FIELDS = ("kind reason rule side symbol trigger time sequence frame msg_index msg_type book_flags user_ref quantity price check_mask"
           " reference bid_price bid_quantity ask_price ask_quantity trade_price trade_quantity position open_buy open_sell"
           " collar_reference gross_lo open_count reserved").split()
assert _EVENT.size == EVENT_BYTES


class Event:
    """One 128-byte event record."""

    def __init__(self, record):
        values = _EVENT.unpack(record)
        self.__dict__.update(zip(_FIELDS, values))
        self.stages = values[len(_FIELDS):]
        self.compared = record[:-20]  # all but the stage stamps

    def __eq__(self, other):
        return self.compared == other.compared

    def __repr__(self):
        return "Event(" + ", ".join(f"{f}={getattr(self, f)}" for f in _FIELDS if getattr(self, f)) + ")"


def read_events(file):
    data = pathlib.Path(file).read_bytes()
    assert len(data) % EVENT_BYTES == 0, f"{file}: {len(data)} bytes are not records of {EVENT_BYTES}"
    return [Event(data[i:i + EVENT_BYTES]) for i in range(0, len(data), EVENT_BYTES)]


def read_pcap(file):
    """(nanoseconds, frame) of each record of a little-endian nanosecond pcap."""
    data = pathlib.Path(file).read_bytes()
    assert struct.unpack_from("<I", data)[0] == 0xA1B23C4D, f"{file}: no nanosecond pcap"
    frames, at = [], 24
    while at < len(data):
        seconds, nanoseconds, captured, original = struct.unpack_from("<4I", data, at)
        assert captured == original
        frames.append((seconds * 10**9 + nanoseconds, data[at + 16:at + 16 + captured]))
        at += 16 + captured
    return frames


def symbol_names(config):
    """Names of the configured symbols in the order of their index."""
    return re.findall(r'^name = "(\S+)"', pathlib.Path(config).read_text(), re.M)


def until(condition, what, seconds=PATIENCE, news=lambda: ""):
    """Waits until the condition is true; returns what it gives then. It is asked once more after the time is over: we may be
    those who got no processor."""
    end = time.monotonic() + seconds
    while True:
        last = time.monotonic() > end
        if found := condition():
            return found
        assert not last, f"waited in vain: {what}{news()}"
        time.sleep(0.02)


class SystemTest(unittest.TestCase):
    def setUp(self):
        self.command = os.environ.get("TWINPATH")
        if not self.command:
            self.fail("TWINPATH is not set: run with ctest, or set it to the path of the twinpath command")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="twinpath-system-"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def run_command(self, *arguments, status=0):
        """Runs the command in the test's own folder; its exit status must be `status`."""
        done = subprocess.run([self.command, *map(str, arguments)], cwd=self.folder, text=True, encoding="utf-8",
                              errors="replace", capture_output=True, timeout=280)
        self.assertEqual(done.returncode, status,
                         f"exit status of twinpath {' '.join(map(str, arguments))}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done

    def until(self, condition, what, seconds=PATIENCE):
        return until(condition, what, seconds, self.news)

    def until_holds(self, check, seconds=PATIENCE):
        """Waits until the assertions of `check` hold."""
        end = time.monotonic() + seconds
        while True:
            last = time.monotonic() > end
            try:
                return check()
            except AssertionError:
                if last:
                    raise
            time.sleep(0.05)

    def news(self):
        """What else there is to say when something was waited for in vain."""
        return ""

    def generate(self, options, extra_config="", any_session=True):
        """session.pcap and session.toml; returns the summary."""
        done = self.run_command("generate", "session.pcap", "--config-out", "session.toml", *options)
        config = self.folder / "session.toml"
        text = config.read_text()
        if any_session:
            text = text.replace("any_session = false", "any_session = true")
        config.write_text(text + extra_config)
        return done.stdout

    def generate_hostile(self):
        # A gap that neither line fills stops trading until the host trusts the books again.
        trust = "".join(f'\n[[command]]\noffset_us = {t}\nop = "trust"\n' for t in range(10_000, 2_000_000, 10_000))
        return self.generate(HOSTILE, trust)

    def replay(self, *arguments, paths=("sw:",), session="session.pcap", config="session.toml", status=0):
        return self.run_command("replay", session, "--config", config, *[a for p in paths for a in ("--path", p)], *arguments,
                                status=status)

    def lockstep(self, *arguments, paths=("sw:", "verilator:"), **keywords):
        """A replay in lockstep that must find both paths identical; returns (frames, orders, rejections) of the verdict."""
        done = self.replay("--lockstep", "-q", *arguments, paths=paths, **keywords)
        verdict = re.fullmatch(r"lockstep: (\d+) frames, (\d+) orders, (\d+) rejections: identical\n", done.stdout)
        self.assertIsNotNone(verdict, f"expected one verdict line, found:\n{done.stdout}")
        return tuple(map(int, verdict.groups()))

    def assert_fails(self, *arguments, names):
        """Exit status 2 and one line on standard error that begins with `twinpath` and holds all of `names`."""
        done = self.run_command(*arguments, status=2)
        lines = [line for line in done.stderr.splitlines() if not re.match(r"(replay|backtest): +\d+ %", line)]
        self.assertEqual(len(lines), 1, f"expected one line, found:\n{done.stderr}")
        self.assertRegex(lines[0], r"^twinpath( \w+)?: ")
        for name in names:
            self.assertIn(name, lines[0])
        return done

    def data(self, name):
        file = DATA / name
        if not file.exists():
            self.skipTest(f"{name} is absent")
        return file

    def need(self, program):
        if shutil.which(program) is None:
            self.skipTest(f"{program} is absent")
