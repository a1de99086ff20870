"""`switch:xrt:0|sw:` with the simulated card killed: no order is lost and none sent twice."""

import os
import pathlib
import random
import signal
import unittest

from command import PATIENCE, read_pcap
from test_run import LIVE
from test_switch import SHORT, SwitchedLive
from test_xrt import CardTest


def card_of(process):
    """The simulated card that a run has started: its process id, or None."""
    parents, cards = {}, []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            number, rest = stat.read_text().split(" (", 1)
        except OSError:
            continue  # it has ended meanwhile
        name, fields = rest.rsplit(")", 1)
        parents[int(number)] = int(fields.split()[1])
        if name.startswith("twinpath_card") and fields.split()[0] != "Z":
            cards.append(int(number))
    for card in cards:
        ancestor = card
        while ancestor in parents:
            ancestor = parents[ancestor]
            if ancestor == process.pid:
                return card
    return None


class SwitchedCard(CardTest):
    def test_killed_at_any_frame_of_a_replay_loses_no_order_and_repeats_none(self):
        self.small_session()
        self.replay("-q", "--orders", "alone.pcap")
        frames = len(read_pcap(self.folder / "session.pcap"))
        self.assertGreater(len(read_pcap(self.folder / "alone.pcap")), 20)
        for seed in range(2):
            die = random.Random(seed).randrange(frames // 20, frames // 4)
            with self.subTest(die=die):
                os.environ["TWINPATH_CARD_FAULT"] = f"die={die}"
                done = self.replay("--no-measure", "--orders", "switched.pcap", paths=("switch:xrt:0|sw:",))
                self.assertIn("switch: shadow leads; 1 faults, 1 takeovers, 0 cancels, 0 of 0 attempts handed back\n", done.stdout)
                self.assertRegex(done.stdout, r"switch: death at input \d+: .*ended by signal 9")
                self.assertEqual((self.folder / "switched.pcap").read_bytes(), (self.folder / "alone.pcap").read_bytes())

    def test_killed_under_manual_leaves_orders_held_and_the_run_says_so(self):
        self.generate(SHORT)
        config = self.folder / "session.toml"
        text = config.read_text().replace("symbols_start_trading = false", "symbols_start_trading = true")
        config.write_text(text + LIVE + "stop_timeout_ms = 500\n")
        self.run_command("run", "-q", "--config", "session.toml")
        alone = [f for _, f in read_pcap(self.folder / "orders.pcap")]
        config.write_text(text + LIVE + 'stop_timeout_ms = 500\npath = "switch:xrt:0|sw:"\n\n[switch]\npolicy = "manual"\n')
        os.environ["TWINPATH_CARD_FAULT"] = "die=700"
        done = self.run_command("run", "--config", "session.toml", status=3)
        self.assertRegex(done.stderr, r"switch: held; 1 faults, 0 takeovers")
        self.assertRegex(done.stdout, r"switch: death at input \d+: .*ended by signal 9")
        sent = [f for _, f in read_pcap(self.folder / "orders.pcap")]
        # What left before is as it would have been; then only cancels of what was open.
        entered = [f for f in sent if f[42:43] == b"O"]
        self.assertGreater(len(entered), 2)
        self.assertLess(len(entered), len([f for f in alone if f[42:43] == b"O"]))
        first_cancel = next((i for i, f in enumerate(sent) if f not in alone), len(sent))
        self.assertEqual(sent[:first_cancel], alone[:first_cancel])
        self.assertEqual({f[42:43] for f in sent[first_cancel:]} - {b"X"}, set())


class SwitchedCardRun(CardTest, SwitchedLive):
    def test_killed_card_is_taken_over_by_hand_and_another_handed_back_to(self):
        # Behind a simulated card on a busy machine no input is ever fresh.
        switch = '\n[switch]\npolicy = "manual"\nhand_back = "manual"\nhealthy_inputs = 20\ncatch_up = 8\n'
        orders, run = self.start("switch:xrt:0|sw:", 'arm = "at_start"\n' + switch, SHORT)
        sender = self.start_sender("0.02")
        self.wait_for(lambda s: s["counters"]["orders"] >= 3)
        os.kill(card_of(run), signal.SIGKILL)
        held = self.wait_for(lambda s: s["switch"]["state"] == "held")
        self.assertEqual((held["switch"]["orders_from"], held["switch"]["cause"]), ("nobody", "death"))
        self.assertIn("ended by signal 9", held["switch"]["detail"])
        self.assertFalse(held["armed"])
        self.assertIn("take-over", self.control("arm", status=2))
        self.assertIn("take over first", self.control("hand-back", status=2))
        still = self.wait_for(lambda s: s["switch"]["inputs"] > held["switch"]["inputs"] + 50)
        self.assertEqual(still["counters"]["orders"], held["counters"]["orders"])
        self.control("take-over")
        self.control("arm")
        taken = self.more_orders(still)
        self.assertEqual(taken["switch"]["orders_from"], "shadow")
        self.control("hand-back")
        back = self.wait_for(lambda s: s["switch"]["hand_backs"] == 1)
        self.assertEqual(back["switch"]["orders_from"], "primary")
        self.assertIsNotNone(card_of(run))
        self.control("stop")
        out, error = run.communicate(timeout=2 * PATIENCE)
        self.assertEqual(run.returncode, 0, out + error)
        sender.kill()
        self.assertRegex(out, "switch: primary leads; 1 faults, 1 takeovers, 0 cancels, 1 of 1 attempts handed back")
        self.assert_replays(self.captured(orders), 5)


if __name__ == "__main__":
    unittest.main()
