"""`twinpath explain`: why an order, a rejection or a cancel came to be."""

import re
import unittest

from command import CANCEL, CHECKS, ORDER, REJECT, RULES, SystemTest, read_events, read_pcap, symbol_names


def dollars(price):
    return f"{price // 10_000}.{price % 10_000:04}"


class Explain(SystemTest):
    def replayed(self, *paths):
        self.generate_hostile()
        self.replay("-q", "--report", "report", paths=paths)
        self.logs = [read_events(self.folder / f"report/events-{i}.bin") for i in range(len(paths))]
        self.names = symbol_names(self.folder / "session.toml")
        self.frames = read_pcap(self.folder / "session.pcap")

    def of_kind(self, kind):
        found = [e for e in self.logs[0] if e.kind == kind]
        self.assertTrue(found)
        return found

    def explain(self, what, number):
        return self.run_command("explain", "report", what, number).stdout

    def check_cause(self, text, event):
        """The frame with its bytes, the message, the books and the rule."""
        time, frame = self.frames[event.frame]
        self.assertIn(f"frame {event.frame} at {time} ns, {len(frame)} bytes; decided at cycle {event.time}\n", text)
        dump = "".join(line[9:] for line in text.splitlines() if re.match(r"    [0-9a-f]{4}  ", line))
        self.assertEqual(bytes.fromhex(dump), frame)
        self.assertIn(f"message {event.msg_index} of it, sequence {event.sequence}:\n", text)
        if event.reference:
            self.assertRegex(text, rf"order_reference_number={event.reference}\b")
        trigger = self.names[event.trigger]
        self.assertIn(f"book of {trigger} before: bid ", text)
        self.assertIn(f"book of {trigger} after: bid ", text)
        name = self.names[event.symbol]
        title = f"book of {name} after" if name == trigger else f"book of {name}"
        quotes = [f"{dollars(p)} x {q}" if event.book_flags >> shift & 3 == 1 else "empty"
                  for p, q, shift in ((event.bid_price, event.bid_quantity, 0), (event.ask_price, event.ask_quantity, 2))]
        self.assertIn(f"{title}: bid {quotes[0]}, offer {quotes[1]}, trusted\n", text)
        self.assertIn(f"rule {event.rule} ({RULES[event.rule]}) of {trigger}:\n    ", text)

    def check_checks(self, text, event, numbers):
        found = re.findall(r"^    +(\d+) (\w+) +(passed|FAILED) \S", text, re.M)
        expected = [(str(n), CHECKS[n - 1], "FAILED" if event.check_mask >> (n - 1) & 1 else "passed") for n in numbers]
        self.assertEqual(found, expected)

    def check_stages(self, text, paths, events):
        self.assertRegex(text, r"stage stamps.*\n +" + " +".join(map(re.escape, paths)) + "\n")
        rows = ["decoded", "looked up", "booked", "decided", "checked", "first beat", "frame to last byte"]
        for i, row in enumerate(rows):
            self.assertRegex(text, rf"(?m)^    {row} +" + " +".join(str(e.stages[i]) for e in events) + "$")

    def check_each_rule(self, *paths):
        self.replayed(*paths)
        one_a_rule = {e.rule: e for e in self.of_kind(ORDER)}
        self.assertGreaterEqual(len(one_a_rule), 4)
        for event in [self.of_kind(ORDER)[0], *one_a_rule.values()]:
            text = self.explain("order", event.user_ref)
            side = "sell" if event.side else "buy"
            head = f"order {side} {event.quantity} of {self.names[event.symbol]} at {dollars(event.price)}, UserRefNum {event.user_ref}\n"
            self.assertTrue(text.startswith(head), text)
            self.check_cause(text, event)
            self.check_checks(text, event, range(1, 14))
            twins = [next(e for e in log if e.kind == ORDER and e.user_ref == event.user_ref) for log in self.logs]
            self.check_stages(text, paths, twins)

    def test_order_of_each_rule(self):
        self.check_each_rule("sw:")

    def test_order_of_each_rule_with_the_stamps_of_both_paths(self):
        self.check_each_rule("sw:", "verilator:")

    def test_rejection_of_each_reason(self):
        self.replayed("sw:")
        one_a_reason = {e.reason: (i, e) for i, e in enumerate(self.of_kind(REJECT), 1)}
        self.assertGreaterEqual(len(one_a_reason), 4)
        for number, event in one_a_reason.values():
            text = self.explain("reject", number)
            self.assertIn(f", rejected by check {event.reason} ({CHECKS[event.reason - 1]})\n", text.split("\n\n")[0] + "\n")
            self.check_cause(text, event)
            self.check_checks(text, event, range(1, 14) if event.rule else [11])

    def test_cancel_has_the_rate_check_only(self):
        self.replayed("sw:")
        for event in self.of_kind(CANCEL)[:3]:
            text = self.explain("cancel", event.user_ref)
            self.assertTrue(text.startswith("cancel "), text)
            self.assertIn(f", UserRefNum {event.user_ref}\n", text)
            self.check_cause(text, event)
            self.check_checks(text, event, [11])

    def test_unknown_number_says_how_many_there_are(self):
        self.replayed("sw:")
        for what, kind in (("order", ORDER), ("reject", REJECT), ("cancel", CANCEL)):
            self.assert_fails("explain", "report", what, 999_999,
                              names=[f"no {what} 999999", f"the replay has {len(self.of_kind(kind))} of them"])
        self.assert_fails("explain", "report", "reject", 0, names=["no reject 0"])

    def test_folder_of_no_replay_is_named(self):
        self.assert_fails("explain", ".", "order", 1, names=["run.json", "replay --report"])
        self.assert_fails("explain", "absent", "order", 1, names=["absent"])
        (self.folder / "run.json").write_text("{}")
        self.assert_fails("explain", ".", "order", 1, names=["run.json", "run the replay again"])

    def test_cut_off_event_log_is_named(self):
        self.replayed("sw:")
        log = self.folder / "report/events-0.bin"
        log.write_bytes(log.read_bytes()[:-1])
        self.assert_fails("explain", "report", "order", 1, names=["events-0.bin", "128 bytes"])

    def test_session_that_changed_since_is_noticed(self):
        self.replayed("sw:")
        last = self.of_kind(ORDER)[-1]
        with open(self.folder / "session.pcap", "r+b") as session:
            session.truncate(24)
        self.assert_fails("explain", "report", "order", last.user_ref, names=["session.pcap", "changed"])

    def test_what_it_cannot_explain_is_named(self):
        self.assert_fails("explain", ".", "fill", 1, names=["fill", "order", "cancel", "reject"])


if __name__ == "__main__":
    unittest.main()
