"""Host commands while a session runs: kill and release, and rules that are swapped."""

import unittest

from command import CLEAN, COMMAND, KILL, ORDER, REJECT, RELEASE, SWAP, SystemTest, read_events

IMBALANCE = 2


class Commands(SystemTest):
    def events(self, commands, rtl=True, files=()):
        """Events of the clean session with `commands`, from a replay in lockstep when the RTL is there to take part."""
        for name, text in files:
            (self.folder / name).write_text(text)
        self.generate(CLEAN, commands)
        self.lockstep("--report", "report", paths=("sw:", "verilator:") if rtl else ("sw:", "sw:"))
        return read_events(self.folder / "report/events-0.bin")

    def check_kill(self, rtl):
        killed = self.events('\n[[command]]\noffset_us = 1000000\nop = "kill"\n[[command]]\noffset_us = 1400000\nop = "release"\n', rtl)
        ops = {e.reason: i for i, e in enumerate(killed) if e.kind == COMMAND and e.reason in (KILL, RELEASE)}
        before, between, after = (killed[:ops[KILL]], killed[ops[KILL]:ops[RELEASE]], killed[ops[RELEASE]:])
        for part, name in ((before, "before"), (after, "after")):
            self.assertTrue([e for e in part if e.kind == ORDER], f"no orders {name}")
        self.assertEqual([e for e in between if e.kind == ORDER], [])
        rejects = [e for e in between if e.kind == REJECT and e.rule != 0]
        self.assertTrue(rejects, "the session had nothing to reject")
        self.assertEqual({e.reason for e in rejects}, {1})
        self.assertFalse([e for e in before + after if e.kind == REJECT and e.reason == 1])

    def check_swap(self, commands, rtl, files=()):
        plain = self.events("", rtl)
        swapped = self.events(commands, rtl, files)
        at = next(i for i, e in enumerate(swapped) if e.kind == COMMAND and e.reason == SWAP)
        time = swapped[at].time
        self.assertEqual([e for e in plain if e.time < time], [e for e in swapped if e.time < time])

        def imbalance(events):
            return [e for e in events if e.kind == ORDER and e.rule == IMBALANCE and e.time > time]

        self.assertGreater(max(e.quantity for e in imbalance(plain)), 70)
        self.assertTrue(imbalance(swapped))
        self.assertLessEqual(max(e.quantity for e in imbalance(swapped)), 70)
        self.assertFalse([e for e in swapped if e.time > time and e.kind in (ORDER, REJECT) and e.rule not in (0, IMBALANCE)],
                         "rules that the other bank does not enable")

    # What the session switches to: smaller orders of one rule, and the cancel rule.
    OTHER_BANK = "\n[{0}defaults.rules.imbalance]\nquantity = 70\n" + "".join(
        f"[{{0}}defaults.rules.{rule}]\nenabled = false\n" for rule in ("take", "momentum", "lead_lag"))
    SWAP_AT = '\n[[command]]\noffset_us = 1100000\nop = "swap"\n'

    def test_kill_stops_orders_until_release(self):
        self.check_kill(rtl=False)

    def test_kill_stops_orders_until_release_in_lockstep(self):
        self.check_kill(rtl=True)

    def test_swap_changes_the_rules_in_one_step(self):
        self.check_swap(self.SWAP_AT + self.OTHER_BANK.format("bank1."), rtl=False)

    def test_swap_changes_the_rules_in_one_step_in_lockstep(self):
        self.check_swap(self.SWAP_AT + self.OTHER_BANK.format("bank1."), rtl=True)

    def test_swap_loads_the_rules_of_a_file_in_lockstep(self):
        self.check_swap(self.SWAP_AT + 'rules_file = "calm.toml"\n', rtl=True, files=[("calm.toml", self.OTHER_BANK.format(""))])


if __name__ == "__main__":
    unittest.main()
