"""The closed loop with a trader of many processes whose order manager speaks FIX."""

import shutil
import signal
import unittest

from account import Failure
from process_loop import ProcessLoop
from test_process_loop import ProcessRuns


class ManyProcessesFix(ProcessRuns):
    def test_agree_whoever_is_killed(self):
        self.agree(["orders_killed", "session_cut", "orders_and_venue_killed", "trade_busted", "feed_killed", "orders_killed",
                    "venue_killed"], orders="fix44", locates=False)

    def test_comparisons_can_fail(self):
        """Deliberate faults: an order that the venue took twice, an account's journal that is lost."""
        loop = ProcessLoop(self.command, self.folder, self.shared, orders="fix42")
        self.addCleanup(loop.stop)
        loop.start()
        loop.wait_trading(90)
        loop.compare()
        loop.killed("orders")
        loop.wait_trading(90)
        loop.compare()
        loop.read_account()
        one = min(loop.account.orders)
        loop.account.orders[-1] = dict(loop.account.orders[one])
        with self.assertRaisesRegex(Failure, r"the venue took (\d+) orders under \d+ names"):
            loop.check_journal()
        # What the exchange has said is gone: nothing is guessed, the run ends.
        loop.trader.send_signal(signal.SIGSTOP)
        loop.kill(loop.pid("orders"))
        shutil.move(self.folder / "trader-exchange", self.folder / "lost")
        loop.trader.send_signal(signal.SIGCONT)
        self.assertEqual(loop.trader.wait(60), 2)
        self.assertRegex(loop.tail("trader"), r"trader-exchange: expected the exchange's messages up to \d+")


if __name__ == "__main__":
    unittest.main()
