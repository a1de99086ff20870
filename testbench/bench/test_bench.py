"""`twinpath bench actionable` as its user sees it."""

import json

from command import PROJECT, SystemTest

ACTIONABLE = ("bench", "actionable", "--triggers", 3)
QUIET_DAY = PROJECT / "sim/systemc/scenarios/quiet_day.toml"


class Actionable(SystemTest):
    def test_passes_writes_json(self):
        done = self.run_command(*ACTIONABLE, "--classes", "add,trade", "--loads", "sparse,full", "--json", "rows.json",
                                "--expect", "add=0-1000,trade=0-1000")
        self.assertIn("gate: 32 rows as expected", done.stdout)
        root = json.loads((self.folder / "rows.json").read_text())
        self.assertEqual(root["clock_hz"], 322265625)
        rows = root["rows"]
        self.assertEqual([(r["load"], r["class"], r["lane"]) for r in rows],
                         [(load, c, lane) for load in ("sparse", "full") for c in ("add", "trade") for lane in range(8)])
        for r in rows:
            self.assertEqual(r["count"], 3)
            for end in (r["message"], r["field"]):
                self.assertLessEqual(end["min"], end["mean"])
                self.assertLessEqual(end["mean"], end["max"])
                self.assertLessEqual(end["p99"], end["max"])
                self.assertAlmostEqual(end["ns"]["max"], end["max"] * 1e9 / 322265625)
            # A trade's price ends 8 bytes before the message: one beat earlier, whatever the lane.
            if r["class"] == "trade":
                self.assertEqual(r["field"]["min"], r["message"]["min"] + 1)
        self.assertEqual([w["beats"] == w["cycles"] for w in root["loads"]], [False, True])

    def test_fails_with_status_1_and_names_the_row(self):
        done = self.run_command(*ACTIONABLE, "--classes", "add", "--loads", "sparse", "--expect", "add=3", status=1)
        self.assertEqual(len([l for l in done.stderr.splitlines() if "expected 3 cycles, found" in l]), 8)
        self.assertIn("load sparse, add, lane 7: expected 3 cycles", done.stderr)
        done = self.run_command(*ACTIONABLE, "--classes", "add,cancel", "--loads", "sparse", "--expect", "add=0-1000", status=1)
        self.assertIn("load sparse, cancel, lane 0: nothing expected", done.stderr)

    def test_names_unknown_classes_and_loads(self):
        self.assert_fails(*ACTIONABLE, "--classes", "ad", names=["'ad'", "execute_price"])
        self.assert_fails(*ACTIONABLE, "--loads", "idle", names=["'idle'", "sparse, half, full"])
        self.assert_fails(*ACTIONABLE, "--expect", "add=x", names=["'add=x'", "class=cycles"])
        (self.folder / "gate.toml").write_text("[sparse]\nadd = 14\nexecute = [16, 14]\n")
        self.assert_fails(*ACTIONABLE, "--gate", "gate.toml", names=["gate.toml:3", "execute"])
        self.assert_fails(*ACTIONABLE, "--json", "no/folder.json", names=["no/folder.json"])


class Platform(SystemTest):
    def test_prints_rates_and_the_ratio(self):
        done = self.run_command("bench", "platform", QUIET_DAY, "--messages", 3000, "--rtl-messages", 1000, "--rounds", 2,
                                "--json", "speed.json")
        self.assertIn("the functional core makes the same orders and events", done.stdout)
        root = json.loads((self.folder / "speed.json").read_text())
        self.assertTrue(root["cores_agree"])
        model, rtl, path = root["rows"]
        self.assertEqual([r["name"] for r in root["rows"]], ["functional core", "RTL core", "verilator:"])
        self.assertEqual(rtl["messages"], path["messages"])
        self.assertGreater(model["frames"], 1.8 * model["messages"])  # both lines
        for row in root["rows"]:
            for seconds in ("processor_seconds", "clock_seconds", "session_processor_seconds"):
                self.assertEqual(len(row[seconds]), 2)
                self.assertGreater(min(row[seconds]), 0)
            quickest = min(row["processor_seconds"])
            self.assertAlmostEqual(row["messages_per_second_quickest"], row["messages"] / quickest, delta=1)
        self.assertAlmostEqual(root["rtl_to_verilator"], min(rtl["processor_seconds"]) / min(path["processor_seconds"]))

    def test_fails_with_status_1_below_the_rate(self):
        file = ("bench", "platform", QUIET_DAY, "--messages", 1000, "--rtl-messages", 0, "--rounds", 1)
        self.assertEqual(self.run_command(*file, "--least", 1).stderr, "")
        done = self.run_command(*file, "--least", "1e12", status=1)
        self.assertIn("expected 1000000000000 messages/s at least of the functional core, found ", done.stderr)
        self.assert_fails(*file, "--json", "no/folder.json", names=["no/folder.json"])
