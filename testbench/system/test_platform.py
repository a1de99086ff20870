"""The platform model on the command line: a scenario holds, is the same every time, and fails when what must hold does not."""

import csv
import re

from command import CANCEL, CLEAN, ORDER, PROJECT, SystemTest, read_events

SCENARIOS = PROJECT / "sim/systemc/scenarios"


class Platform(SystemTest):
    def edited(self, name, *changes):
        text = (SCENARIOS / name).read_text()
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new)
        (self.folder / "edited.toml").write_text(text)
        return "edited.toml"

    def test_every_scenario_holds(self):
        files = sorted(SCENARIOS.glob("*.toml"))
        self.assertGreaterEqual(len(files), 13)
        for file in files:
            with self.subTest(file=file.name):
                out = self.run_command("platform", file).stdout
                self.assertIn("in all", out)
                self.assertNotIn("FAILS", out)

    def test_is_the_same_every_time(self):
        file = SCENARIOS / "loss_on_a.toml"
        first = self.run_command("platform", file).stdout
        self.assertEqual(first, self.run_command("platform", file).stdout)
        self.assertNotEqual(first, self.run_command("platform", file, "--seed", "2").stdout)

    def test_fails_when_what_must_hold_does_not(self):
        file = self.edited("quiet_day.toml", ("core_cycles_max = 6", "core_cycles_max = 5"))
        done = self.run_command("platform", "-q", file, status=1)
        self.assertEqual(done.stdout, "")
        self.assertIn("cycles in the core where the line was free: expected 5 at most, found 6", done.stderr)

    def test_answers_questions_with_tables_and_a_page(self):
        file = SCENARIOS / "quiet_day.toml"
        done = self.run_command("platform", file, "--ask", "race", "--csv", "tables", "--html", "page.html", "--jobs", "2")
        self.assertIn("Who wins the race?", done.stdout)
        self.assertIn("100 %", done.stderr)
        with open(self.folder / "tables/race.csv", newline="") as rows:
            table = list(csv.DictReader(rows))
        won = {float(r["rival faster by ns"]): float(r["we win %"]) for r in table}
        self.assertGreater(won[-200], 99)
        self.assertLess(won[200], 1)
        self.assertEqual(sorted(won.values(), reverse=True), [won[a] for a in sorted(won)])
        self.assertIn("<svg", (self.folder / "page.html").read_text())
        again = self.run_command("platform", file, "--ask", "race", "--jobs", "1")
        self.assertEqual(done.stdout, again.stdout)
        self.run_command("platform", file, "--ask", "why", status=2)

    def test_writes_a_waveform_with_its_layout(self):
        file = SCENARIOS / "kill_in_burst.toml"
        plain = self.run_command("platform", file).stdout
        self.assertEqual(plain, self.run_command("platform", file, "--wave", "wave").stdout)
        vcd = (self.folder / "wave.vcd").read_text()
        self.assertRegex(vcd, r"\$timescale\s+1 ps")
        scopes, names = [], set()
        for kind, rest in re.findall(r"\$(scope|upscope|var)([^$]*)\$end", vcd):
            if kind == "scope":
                scopes.append(rest.split()[1])
            elif kind == "upscope":
                scopes.pop()
            else:
                names.add(".".join(scopes + rest.split()[3:4]))
        shown = re.findall(r"^(SystemC\.\S+?)(?:\[.*\])?$", (self.folder / "wave.gtkw").read_text(), re.M)
        self.assertGreater(len(shown), 12)
        for name in shown:
            self.assertIn(name, names)
        self.assert_fails("platform", file, "--wave", "nowhere/wave", names=["nowhere/wave"])

    def test_says_which_core_a_strategy_needs(self):
        file = SCENARIOS / "market_maker.toml"
        self.assertIn("strategy kernel: 200 cycles", self.run_command("platform", file).stdout)
        self.assert_fails("platform", file, "--core", "model", names=["market_maker", "core 'hls'"])
        self.assert_fails("platform", SCENARIOS / "quiet_day.toml", "--core", "hls", names=["rules", "market_maker, arbitrage"])

    def test_names_what_is_wrong_with_a_scenario(self):
        self.assert_fails("platform", self.edited("quiet_day.toml", ("gbps = 10", "gbps = 40")), names=["edited.toml", "wire.gbps"])
        self.assert_fails("platform", self.edited("quiet_day.toml", ("[line_a]", "[line_c]")), names=["edited.toml", "line_c"])


class SystemcPath(SystemTest):
    def test_of_a_generated_session_is_identical(self):
        self.generate(CLEAN)
        frames, orders, _ = self.lockstep(paths=("systemc:", "sw:"))
        self.assertGreater(orders, 50)

    def test_of_a_hostile_session_is_identical(self):
        self.generate_hostile()
        self.lockstep(paths=("systemc:", "sw:"))

    def test_has_the_cycles_of_the_simulated_core(self):
        self.generate(CLEAN)
        self.lockstep("--report", "report", paths=("systemc:", "verilator:"))
        model, core = (read_events(self.folder / f"report/events-{i}.bin") for i in (0, 1))
        compared = 0
        for m, c in zip(model, core, strict=True):
            if c.kind not in (ORDER, CANCEL):
                continue
            self.assertEqual(m.stages, c.stages, c)
            compared += 1
        self.assertGreater(compared, 40)
