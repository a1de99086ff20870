"""`twinpath backtest`: its report, that it is the same every time, and its mistakes."""

import json
import unittest

from command import CLEAN, SystemTest, symbol_names


class Backtest(SystemTest):
    def prepare(self, latency=20):
        """A session, and its configuration with a market maker in its busiest symbols; run.toml."""
        self.generate(CLEAN)
        text = (self.folder / "session.toml").read_text().replace("rate_per_second = 2000", "rate_per_second = 0")
        self.names = symbol_names(self.folder / "session.toml")
        text += '\n[strategy]\nname = "market_maker"\n'
        for name in self.names[:4]:
            text += (f'\n[[strategy.market_maker]]\nsymbol = "{name}"\nquantity = 100\nhalf_spread = "0.02"\nskew = "0.01"\n'
                     'requote = "0.01"\nmax_position = 300\n')
        text += f"\n[backtest]\norder_latency_us = {latency}\nreport_latency_us = 10\njitter_us = 5\nmaker_fee = -0.002\ntaker_fee = 0.003\n"
        (self.folder / "run.toml").write_text(text)

    def backtest(self, folder, *more):
        return self.run_command("backtest", "session.pcap", "--config", "run.toml", "--report", folder, *more)

    def edit(self, old, new):
        text = (self.folder / "run.toml").read_text()
        assert old in text, old
        (self.folder / "run.toml").write_text(text.replace(old, new, 1))

    def assert_backtest_fails(self, *arguments, names):
        return self.assert_fails("backtest", "session.pcap", "--config", "run.toml", *arguments, names=names)

    def test_report_adds_up(self):
        self.prepare()
        done = self.backtest("report")
        report = json.loads((self.folder / "report/report.json").read_text())
        self.assertIn("strategy 'market_maker'", done.stdout)
        self.assertGreater(len(report["fills"]), 10)
        self.assertEqual(report["profit"], report["realized"] + report["unrealized"] - report["fees"])
        self.assertEqual(report["profit"], report["cash"] + sum(s["position"] * s["mark"] for s in report["symbols"]))
        positions, cash = {}, 0
        for fill in report["fills"]:
            sign = 1 if fill["side"] == "buy" else -1
            positions[fill["symbol"]] = positions.get(fill["symbol"], 0) + sign * fill["quantity"]
            self.assertEqual(fill["position"], positions[fill["symbol"]])
            self.assertEqual(fill["fee"], (-2000 if fill["maker"] else 3000) * fill["quantity"])
            cash -= sign * fill["quantity"] * fill["price"] * 100 + fill["fee"]
        self.assertEqual(cash, report["cash"])
        self.assertEqual(sum(f["quantity"] for f in report["fills"]), report["orders"]["filled_shares"])
        for s in report["symbols"]:
            self.assertLessEqual(max(s["most_long"], -s["most_short"]), 300)
        for i, markout in enumerate(report["markouts"]):
            gained = [f["markouts"][i] for f in report["fills"] if f["markouts"][i] is not None]
            self.assertEqual((len(gained), sum(gained)), (markout["fills"], markout["gained"]))
        page = (self.folder / "report/report.html").read_text()
        self.assertEqual(page.count("<svg"), page.count("</svg>"))
        for word in ("Profit and loss", "Markouts", "Drawdown", *[s["name"] for s in report["symbols"]]):
            self.assertIn(word, page)

    def test_equal_inputs_give_equal_bytes(self):
        self.prepare()
        self.backtest("one", "-q")
        self.backtest("two", "-q")
        for name in ("report.json", "report.html"):
            self.assertEqual((self.folder / "one" / name).read_bytes(), (self.folder / "two" / name).read_bytes(), name)
        self.edit("order_latency_us = 20", "order_latency_us = 2000")
        self.backtest("three", "-q")
        self.assertNotEqual((self.folder / "one/report.json").read_bytes(), (self.folder / "three/report.json").read_bytes())

    def test_any_strategy_by_name(self):
        self.prepare()
        self.backtest("report", "-q", "--strategy", "rules")
        report = json.loads((self.folder / "report/report.json").read_text())
        self.assertEqual(report["strategy"], "rules")
        self.assertGreater(report["orders"]["sent"], 0)

    def test_mistakes_are_one_line(self):
        self.prepare()
        self.assert_backtest_fails("--strategy", "market", names=["run.toml", "strategy 'market'", "market_maker"])
        self.assert_backtest_fails("--strategy", "arbitrage", names=["run.toml", "[[strategy.arbitrage]]"])
        self.assert_backtest_fails("--report", "session.toml", names=["session.toml", "--report"])
        self.edit('skew = "0.01"', 'skw = "0.01"')
        self.assert_backtest_fails(names=["run.toml:", "skw", "did you mean 'skew'"])

    def test_symbol_that_the_capture_lacks_is_named(self):
        self.prepare()
        text = (self.folder / "run.toml").read_text().replace(f'"{self.names[0]}"', '"NOSUCH"')
        text = "\n".join(line for line in text.splitlines() if not line.startswith("locate"))
        (self.folder / "run.toml").write_text(text + "\n")
        self.assert_backtest_fails(names=["session.pcap", "'NOSUCH'", "market_maker"])

    def test_strategy_without_a_twin_is_refused(self):
        self.prepare()
        self.assert_fails("replay", "session.pcap", "--config", "run.toml", "--path", "sw:pipelined",
                          names=["sw:pipelined", "'rules'", "'market_maker'"])

    def test_simulated_core_refuses_it(self):
        self.prepare()
        self.assert_fails("replay", "session.pcap", "--config", "run.toml", "--path", "verilator:",
                          names=["'market_maker'", "no FPGA twin"])

    def test_replays_like_any_path(self):
        self.prepare()
        done = self.run_command("replay", "session.pcap", "--config", "run.toml", "--path", "sw:", "--path", "sw:", "--lockstep",
                                "--report", "report")
        self.assertIn("identical", done.stdout)
        report = json.loads((self.folder / "report/report.json").read_text())
        self.assertGreater(report["rules"]["strategy"]["sent"], 0)
        self.assert_fails("explain", "report", "order", "1", names=["'rules'", "'market_maker'"])
