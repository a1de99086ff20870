"""The closed loop: a venue, its participants and a trader across two network namespaces, faults, and both sides compared."""

import json
import os
import pathlib
import random
import shutil
import struct
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
from account import Account, Failure  # noqa: E402
from closed_loop import ClosedLoop, run_loop  # noqa: E402
from command import SystemTest  # noqa: E402
from loop_config import MAX_POSITION, MAX_QUANTITY  # noqa: E402


class Loop(SystemTest):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("needs root to make network namespaces")
        self.need("ip")

    def agree(self, faults, least=10, **options):
        """Nothing is lost, doubled or beyond its limit, whatever befalls them. Returns what there is to say."""
        try:
            result = run_loop(self.command, self.folder, faults, least=least, **options)
        except Failure as failure:
            self.fail(str(failure))
        self.assertGreaterEqual(result["compared"], len(faults) + 2)
        self.assertGreater(result["orders"], least)
        self.assertGreater(result["fills"], least // 2)
        self.assertEqual(sum(result["faults"].values()), len(faults))
        return result


class ClosedLoopSoftware(Loop):
    """Every fault once, those of the session where orders go over it."""
    OVER_SESSION = ("session_cut", "venue_killed", "venue_slow", "trader_killed", "journal_behind", "clock_set_back")

    def agree_after(self, faults, **options):
        random.Random(os.getpid()).shuffle(faults)
        print(f"faults: {' '.join(faults)}")
        return self.agree(faults, **options)

    def test_agrees_whatever_befalls_it(self):
        result = self.agree_after([f for f in ClosedLoop.FAULTS if f not in self.OVER_SESSION])
        self.assertGreaterEqual(result["lives"], 2)
        self.assertGreater(result["replayed"], 0)

    def test_agrees_when_orders_go_over_the_session_and_books_begin_with_the_first_message(self):
        result = self.agree_after(list(self.OVER_SESSION), orders="session", snapshots=False)
        self.assertGreaterEqual(result["lives"], 3)


class ClosedLoopTwins(Loop):
    def test_of_a_switched_path_agree_and_the_record_replays_on_the_other(self):
        self.agree(["venue_killed", "lost_gap", "session_cut"], path="switch:verilator:|sw:", again="verilator:", least=5)


class ComparisonsCanFail(Loop):
    def test_of_a_running_loop(self):
        """Deliberate faults: orders while nothing is to be seen, a process that stays, a record of other rules, or by a clock that
        was set; a fill that the trader is never told, and one that it is told again as another."""
        loop = ClosedLoop(self.command, self.folder)
        self.addCleanup(loop.stop)
        loop.start()
        loop.wait_trading()
        loop.compare()
        loop.cancel_one()
        with self.assertRaisesRegex(Failure, "while no line told the trader anything"):
            loop.silent(1, grace=0)
        self.assertEqual(loop.left_behind(), [])
        other = loop.spawn("other", loop.b, "sleep", "60")
        loop.wait_for("a process that is left behind", loop.left_behind, 10)
        loop.end(other)
        loop.finish()
        self.assertGreater(loop.replay_record(), 0)
        with self.assertRaisesRegex(Failure, "a replay of the record decides"):
            loop.replay_record(change=lambda text: text.replace("quantity = 100", "quantity = 99"))
        loop.report()
        self.check_report(loop)
        record = loop.folder / loop.story.lives[-1]["record"]
        loop.check_times(record)
        frames = bytearray(record.read_bytes())
        second = 40 + struct.unpack_from("<I", frames, 32)[0]
        struct.pack_into("<I", frames, second, struct.unpack_from("<I", frames, second)[0] - 3600)
        wrong = loop.folder / "set_back.pcap"
        wrong.write_bytes(frames)
        with self.assertRaisesRegex(Failure, f"byte {second}: a frame is stamped -3(599|600)"):
            loop.check_times(wrong)
        loop.start_flow()
        loop.start_trader()
        for fault in ("lose", "invent"):
            loop.wait_trading()
            loop.compare()
            loop.tell(fault)
            loop.wait_for("a fill", lambda: not loop.tell()["deliberate"])
            with self.assertRaisesRegex(Failure, "positions: the trader has"):
                loop.compare()
            # As it was told from the first message on, and nobody between.
            loop.kill_trader()
            shutil.rmtree(loop.folder / "trader-exchange")
            loop.start_between()
            loop.start_trader()

    def check_report(self, loop):
        """The report of a loop is of what happened, and says when both sides differ."""
        folder = loop.folder
        report, story = (json.loads((folder / name).read_text()) for name in ("report/report.json", "story.json"))
        self.assertTrue(report["sound"])
        # Played again from the record, shares and cash are those of the account's stream at the venue.
        account = loop.account
        self.assertEqual({s["name"]: (s["position"], s["cash"]) for s in report["symbols"]},
                         {name: (shares, account.cash[name] * 100) for name, shares in account.shares.items()})
        story["checks"][0]["venue"] = "12345"
        wrong = folder / "wrong.json"
        wrong.write_text(json.dumps(story))
        done = self.run_command("loop", str(wrong), "--report", str(folder / "wrong"), status=1)
        self.assertIn("venue 12345", done.stdout)
        story["lives"][0].pop("record")
        wrong.write_text(json.dumps(story))
        done = self.run_command("loop", str(wrong), "--report", str(folder / "wrong"), status=2)
        self.assertIn("wrong.json: lives[0]: expected a key 'record', found none", done.stderr)

    def test_of_an_account(self):
        def accepted(number, quantity=100, side=b"B", at=0):
            return struct.pack(">cQIcI8sQ", b"A", at, number, side, quantity, b"AAPL    ", 1_000_000) + b"0YQ" + b"L" * 30

        def executed(number, quantity, match):
            return struct.pack(">cQIIQcQ", b"E", 0, number, quantity, 1_000_000, b"R", match)

        def told(*messages):
            account = Account()
            for m in messages:
                account.message(m)
            return account

        good = told(accepted(1), executed(1, 60, 1), executed(1, 40, 2), accepted(2, side=b"S"))
        self.assertEqual((good.shares, sorted(good.live)), ({"AAPL": 100}, [2]))
        busted = struct.pack(">cQIQc14s", b"B", 0, 1, 1, b"E", b"")
        sold = [m for n in range(2, 17) for m in (accepted(n, side=b"S"), executed(n, 100, n))]
        beyond = [accepted(1), executed(1, 100, 1), *sold, busted]
        self.assertEqual(told(*beyond).shares, {"AAPL": -1500})
        quiet = [m for n in range(30, 60) for m in (accepted(n, 1), executed(n, 1, n), accepted(n + 100, 1, b"S"), executed(n + 100, 1, n))]
        many = [m for n in range(1, 60) for m in (accepted(n), executed(n, 100, n))]
        for messages, why in ((
                (accepted(1), accepted(1)), "taken twice"), (
                (accepted(1, at=20), accepted(2, at=10)), "stamped 10 ns before the one before it"), (
                (accepted(1), executed(1, 60, 1), executed(1, 60, 2)), "filled twice"), (
                (accepted(1), executed(1, 50, 1), executed(1, 50, 1)), "filled twice"), (
                (accepted(1, MAX_QUANTITY + 1),), "more than"), (
                many, f"more than {MAX_POSITION}"), (
                [*beyond, *quiet, accepted(200, side=b"S")], f"more than {MAX_POSITION}"), (
                [accepted(n, 1) for n in range(1, 30)], "orders open")):
            with self.assertRaisesRegex(Failure, why):
                told(*messages)


if __name__ == "__main__":
    unittest.main()
