"""The closed loop with a trader of many processes: whichever of them is killed, and whatever befalls its session and its
lines, both sides agree."""

import pathlib
import shutil
import signal
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
from account import Failure  # noqa: E402
from process_loop import ProcessLoop, run_loop  # noqa: E402
from test_closed_loop import Loop  # noqa: E402


class ProcessRuns(Loop):
    def setUp(self):
        super().setUp()
        self.shared = tempfile.mkdtemp(prefix="twinpath-", dir="/dev/shm")
        self.addCleanup(shutil.rmtree, self.shared, True)

    def agree(self, faults, **options):
        try:
            result = run_loop(self.command, self.folder, self.shared, faults, **options)
        except Failure as failure:
            self.fail(str(failure))
        self.assertGreaterEqual(result["compared"], len(faults) + 2)
        self.assertGreater(result["orders"], 10)
        self.assertGreater(result["fills"], 5)
        self.assertEqual(sum(result["faults"].values()), len(faults))
        self.assertGreaterEqual(result["journalled"], result["orders"])


class ManyProcesses(ProcessRuns):
    def test_agree_when_orders_leave_in_frames(self):
        self.agree(["strategy_killed", "orders_killed", "feed_killed", "session_cut", "feed_lost", "trade_busted",
                    "orders_and_venue_killed"])

    def test_agree_when_orders_go_over_the_session_and_books_begin_with_the_first_message(self):
        self.agree(["orders_killed", "both_lossy", "venue_killed", "orders_killed", "feed_killed"], orders="session",
                   snapshots=False)

    def test_comparisons_can_fail(self):
        """Deliberate faults: another position in the order manager, an account's journal that is lost."""
        loop = ProcessLoop(self.command, self.folder, self.shared)
        self.addCleanup(loop.stop)
        loop.start()
        loop.wait_trading(90)
        loop.compare()
        # A wrong position would send orders past the limit.
        self.assertIsNotNone(loop.ask("trader.sock", "disarm"))
        held = loop.status()["positions"].get("IBM", 0)
        self.assertIsNotNone(loop.ask("trader.sock", f"position IBM {held + 5000}"))
        with self.assertRaisesRegex(Failure, "positions: the trader has"):
            loop.compare()
        loop.read_account()
        with self.assertRaisesRegex(Failure, "the journal's replay comes to"):
            loop.check_journal()
        number = min(loop.account.orders)
        loop.account.orders[number]["asked"] = (b"B", 7, b"IBM     ", 12345)
        with self.assertRaisesRegex(Failure, f"order {number}: the venue took"):
            loop.check_journal()
        # What the exchange has said is gone: nothing is guessed, the run ends.
        loop.trader.send_signal(signal.SIGSTOP)
        loop.kill(loop.pid("orders"))
        shutil.move(self.folder / "trader-exchange", self.folder / "lost")
        loop.trader.send_signal(signal.SIGCONT)
        self.assertEqual(loop.trader.wait(60), 2)
        self.assertRegex(loop.tail("trader"), r"trader-exchange: expected the exchange's messages up to \d+")
        # With other journals it begins anew, and hears of the kill switch before the exchange answers.
        for kept in ("trader-journal", "trader-exchange"):
            shutil.rmtree(self.folder / kept, True)
        loop.venue.send_signal(signal.SIGSTOP)
        loop.start_trader()
        loop.wait_for("the session to be waited for", lambda: (loop.answer("trader.sock", "status") or {}).get("phase") == "exchange")
        self.assertEqual(loop.answer("trader.sock", "kill"), {"ok": True})
        loop.venue.send_signal(signal.SIGCONT)
        s = loop.wait_for("the order manager", loop.status)
        self.assertTrue(s["killed"], s)


if __name__ == "__main__":
    unittest.main()
