"""The closed loop with a trader that speaks FIX."""

import unittest

from closed_loop import ClosedLoop
from test_closed_loop import Loop


class ClosedLoopFix(Loop):
    def test_agrees_whatever_befalls_it(self):
        self.agree(["session_cut", "half_open", "venue_killed", "trader_killed", "both_killed", "trade_busted", "lost_gap"],
                   orders="fix44")

    def test_drop_copy_of_another_is_noticed(self):
        """Deliberate fault: the drop copy is another participant's."""
        loop = ClosedLoop(self.command, self.folder, orders="fix42")
        self.addCleanup(loop.stop)
        loop.start()
        loop.wait_trading()
        loop.compare()
        loop.trader.kill()
        loop.trader.wait()
        config = self.folder / "trader.toml"
        config.write_text(config.read_text().replace('drop_copy = "COPY"', 'drop_copy = "OTHER"'))
        loop.start_trader()
        self.assertEqual(loop.trader.wait(60), 2)
        self.assertRegex(loop.tail("trader"), r": we have -?\d+ shares and cash of -?\d+, the venue -?\d+ and -?\d+")
        loop.trader = None


if __name__ == "__main__":
    unittest.main()
