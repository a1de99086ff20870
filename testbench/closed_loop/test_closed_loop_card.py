"""The closed loop with the simulated card behind the stock XRT runtime."""

import os
import unittest

from test_closed_loop import Loop


class ClosedLoopCard(Loop):
    def test_trades_and_agrees(self):
        before = os.environ.get("XCL_EMULATION_MODE")
        os.environ["XCL_EMULATION_MODE"] = "hw_emu"
        if before is None:
            self.addCleanup(os.environ.pop, "XCL_EMULATION_MODE")
        self.agree(["session_cut", "trader_killed"], path="xrt:0", least=2, rate=50)


if __name__ == "__main__":
    unittest.main()
