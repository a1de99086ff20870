"""`switch:` paths: the software path takes over from a primary that fails, loses no order and sends none twice."""

import subprocess
import unittest

from command import LONG, PATIENCE
from test_run import Live

SHORT = "--seed 5 --messages 1500 --symbols 16 --configured 8 --duration 2 --halts 0 --luld-pauses 0".split()


class SwitchedLive(Live):
    def start(self, path, switch, options):
        orders = self.start_orders_capture()
        run = self.start_run(self.live("af_packet:vb") + f'path = "{path}"\n' + switch, options=options)
        # A card takes its time to be programmed; nothing is answered before.
        line = ""
        while "trading" not in line:
            line = run.stderr.readline()
            self.assertTrue(line, "the run did not begin to trade")
        return orders, run

    def start_sender(self, speed):
        sender = subprocess.Popen(["ip", "netns", "exec", self.a, self.command, "send", "-q", "--from", "pcap:session.pcap", "--to",
                                   "af_packet:va", "--speed", speed], cwd=self.folder)
        self.addCleanup(sender.kill)
        return sender

    def more_orders(self, than, by=2):
        return self.wait_for(lambda s: s["counters"]["orders"] >= than["counters"]["orders"] + by)


class SwitchedRun(SwitchedLive):
    def test_operator_takes_over_and_hands_back(self):
        orders, run = self.start("switch:sw:|sw:", '\n[switch]\nhand_back = "manual"\nhealthy_inputs = 20\n',
                                 LONG)
        sender = self.start_sender("0.1")
        led = self.wait_for(lambda s: s["counters"]["orders"] >= 3)
        self.assertEqual((led["switch"]["orders_from"], led["switch"]["state"]), ("primary", "primary leads"))
        self.assertNotIn("cause", led["switch"])
        self.assertIn("the primary leads already", self.control("hand-back", status=2))
        self.control("take-over")
        taken = self.control("status")
        self.assertEqual((taken["switch"]["orders_from"], taken["switch"]["cause"]), ("shadow", "by hand"))
        self.assertEqual((taken["switch"]["take_overs"], taken["switch"]["faults"]), (1, 0))
        self.assertIn("the shadow leads already", self.control("take-over", status=2))
        taken = self.more_orders(taken)
        self.assertEqual(taken["switch"]["orders_from"], "shadow")
        self.control("hand-back")
        back = self.wait_for(lambda s: s["switch"]["hand_backs"] == 1)
        self.assertEqual((back["switch"]["orders_from"], back["switch"]["attempts"]), ("primary", 1))
        self.assertEqual(self.more_orders(back)["switch"]["orders_from"], "primary")
        self.control("stop")
        out, error = run.communicate(timeout=2 * PATIENCE)
        self.assertEqual(run.returncode, 0, out + error)
        sender.kill()
        self.assertIn("switch: primary leads; 0 faults, 1 takeovers, 0 cancels, 1 of 1 attempts handed back", out)
        self.assert_replays(self.captured(orders), 8)

    def test_a_path_that_is_not_switched_cannot_be_taken_over(self):
        orders, run = self.start("sw:", "", SHORT)
        sender = self.start_sender("0.1")
        status = self.wait_for(lambda s: s["counters"]["orders"] >= 1)
        self.assertNotIn("switch", status)
        self.assertIn("not switch:PRIMARY|sw:", self.control("take-over", status=2))
        self.assertIn("not switch:PRIMARY|sw:", self.control("hand-back", status=2))
        self.end(run)
        sender.kill()
        self.captured(orders)


if __name__ == "__main__":
    unittest.main()
