"""The latency of the simulated FPGA path is one number a class: `twinpath replay` on a generated session at its own pace.

Lines full to the last beat: bench.actionable_latency_is_as_expected. There what makes frames wait once (a command, a packet
replayed) would make all behind them wait too, since such a line leaves no room to catch up."""

import json

from command import CANCEL, COMMAND, ORDER, SystemTest, read_events

SESSION = ("--seed 11 --messages 60000 --symbols 40 --configured 32 --duration 4 --halts 0 --luld-pauses 0"
           " --operational-halts 0").split()

# SEM 7: stage stamps, cycles from the beat with the message's last byte.
DECODED, LOOKED_UP, BOOKED, DECIDED, CHECKED, FIRST_BEAT, FRAME_TO_LAST_BYTE, LINE_WAIT = range(8)
ADD, LONG = 4, 6
COMMAND_CYCLES = 5  # at most (hw/rtl/risk/decide_stage.sv), and the message behind it keeps its distance
LATENCY = {"A": ADD, "F": ADD, "P": ADD, "E": LONG, "C": LONG, "X": LONG, "D": LONG, "U": LONG}
CLASSES = {"add": ADD, "trade": ADD, "execute": LONG, "cancel": LONG, "delete": LONG, "replace": LONG}


class Latency(SystemTest):
    def test_is_exact_when_paced(self):
        self.generate(SESSION)
        self.lockstep("--report", "report", paths=("sw:", "verilator:"))
        log = read_events(self.folder / "report/events-1.bin")
        events = [e for e in log if e.kind in (ORDER, CANCEL)]
        commands = [e.time for e in log if e.kind == COMMAND]
        self.assertGreater(len(events), 1200)
        held = 0
        for e in events:
            expected = LATENCY[chr(e.msg_type)]
            at = e.stages
            wait = at[CHECKED] - (expected - 1)
            if wait != 0:
                # Only a host command at work holds a message, for as long as it takes.
                held += 1
                ended = e.time + at[FRAME_TO_LAST_BYTE]
                self.assertTrue(any(-2 <= ended - c <= COMMAND_CYCLES + 2 for c in commands), e)
                self.assertTrue(0 < wait <= COMMAND_CYCLES, e)
            self.assertEqual(at[FIRST_BEAT] - at[LINE_WAIT], expected + wait, e)
        self.assertLess(held, len(events) / 100)
        seen = {chr(e.msg_type) for e in events if e.stages[LINE_WAIT] == 0}
        self.assertTrue({"A", "E", "X", "D", "U"} <= seen, seen)
        # Few orders wait for the line, and those that do wait for no more than the frames before them.
        waits = [e.stages[LINE_WAIT] for e in events if e.stages[LINE_WAIT] != 0]
        self.assertLess(len(waits), len(events) / 10)
        # The report says the same.
        report = json.loads((self.folder / "report/report.json").read_text())
        free = {c["name"]: c for c in report["fpga_latency_free_line"]}
        self.assertTrue({"add", "execute", "cancel", "delete", "replace"} <= set(free), free)
        for name, figures in free.items():
            self.assertEqual(figures["min"], CLASSES[name], name)
            if not held:
                self.assertEqual(figures["max"], CLASSES[name], name)
