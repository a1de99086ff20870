"""`twinpath replay` of BinaryFILE sessions that this project did not write, in lockstep."""

import gzip
import json
import unittest

from command import SystemTest

HEAD = """
[feed]
line_a = "233.54.12.111:26477"
[session]
any_session = true
symbols_start_trading = true
[order]
destination_mac = "02:00:00:00:00:02"
source_mac = "02:00:00:00:00:01"
destination = "10.0.0.2:26400"
source = "10.0.0.1:40000"
[responses]
[risk]
max_gross = "100000000"
max_open_orders = 4096
rate_per_second = 0
[defaults.rules.imbalance]
quantity = 100
ratio = 1.5
max_spread = "0.50"
[defaults.rules.momentum]
quantity = 100
min_shares = 100
[defaults.limits]
permit = "both"
max_quantity = 1000
max_notional = "100000"
collar = "1"
max_position = 1000000
"""
SYMBOLS = {"ALC": "23.33", "BOB": "6.27", "CHAR": "22.00"}
ARTIFICIAL = "itch50/artificial_3symbols.NASDAQ_ITCH50.gz"
FIRST_1000 = "itch50/nasdaq_20191230_first1000.itch"


class BinaryFile(SystemTest):
    def configure(self, symbols=SYMBOLS):
        text = HEAD
        for name, price in symbols.items():
            text += f'[[symbol]]\nname = "{name}"\nwindow_center = "{price}"\nlimits.reference_price = "{price}"\n'
        (self.folder / "session.toml").write_text(text)

    def counters(self):
        report = json.loads((self.folder / "report/report.json").read_text())
        self.assertEqual(len({json.dumps(p["counters"], sort_keys=True) for p in report["paths"]}), 1)
        return report["paths"][0]["counters"]

    def check_artificial(self, paths):
        self.configure()
        _, orders, rejections = self.lockstep("--report", "report", paths=paths, session=self.data(ARTIFICIAL))
        self.assertGreater(orders, 0)
        self.assertGreater(rejections, 0)
        counters = self.counters()
        expected = dict(messages=12_012, msg_add=4997, msg_add_mpid=3, msg_delete=1745, msg_executed=198, msg_cancel=45,
                        msg_replace=12, msg_trade=5000, unknown_reference=117, other_symbol=0, unknown_type=0, gaps_opened=0)
        self.assertEqual({name: counters[name] for name in expected}, expected)

    def test_artificial_session(self):
        self.check_artificial(("sw:", "sw:"))

    def test_artificial_session_in_lockstep(self):
        self.check_artificial(("sw:", "verilator:"))

    def test_first_messages_of_a_nasdaq_day_in_lockstep(self):
        self.configure({"AA": "21.50", "AAAU": "15.10"})
        self.lockstep("--report", "report", session=self.data(FIRST_1000))
        counters = self.counters()
        self.assertEqual((counters["messages"], counters["msg_stock_directory"], counters["msg_trading_action"]), (1000, 993, 3))

    def test_plain_and_gzip_are_one_session(self):
        self.configure()
        packed = self.data(ARTIFICIAL)
        (self.folder / "plain.itch").write_bytes(gzip.decompress(packed.read_bytes()))
        logs = []
        for name, session in (("packed", packed), ("plain", "plain.itch")):
            self.replay("-q", "--report", name, "--no-measure", session=session)
            logs.append((self.folder / name / "events-0.bin").read_bytes())
        self.assertTrue(logs[0])
        self.assertEqual(logs[0], logs[1])

    def test_symbol_that_the_session_lacks_is_named(self):
        self.configure(SYMBOLS | {"DELTA": "10"})
        done = self.replay("-q", session=self.data(ARTIFICIAL))
        self.assertIn("'DELTA'", done.stderr)
        self.assertNotIn("'ALC'", done.stderr)

    def test_messages_before_a_cut_count(self):
        self.configure()
        whole = gzip.decompress(self.data(ARTIFICIAL).read_bytes())
        (self.folder / "cut.itch").write_bytes(whole[:len(whole) // 2])
        self.assert_fails("replay", "cut.itch", "--config", "session.toml", "--path", "sw:", "-q", "--report", "report",
                          names=["cut.itch: byte ", "cut off"])
        self.assertGreater(self.counters()["messages"], 5000)


if __name__ == "__main__":
    unittest.main()
