"""What befalls a closed loop."""

import json
import signal
import time

from account import Failure


class Faults:
    """Of a ClosedLoop; each returns when the fault is over, and promises of its own were kept."""

    def lose(self, a, b):
        self.relay.stdin.write(f"{float(a)} {float(b)}\n")
        self.relay.stdin.flush()

    def befall(self, name):
        before = self.wait_for("the trader to arm", self.armed)
        begun, at = time.monotonic(), time.time()
        getattr(self, f"fault_{name}")()
        self.wait_trading(90)
        seconds = time.monotonic() - begun
        self.faults.setdefault(name, []).append(seconds)
        self.story.befell(name, at, seconds)
        self.say(f"{name}: trading again after {seconds:.1f} s")
        return before

    def silent(self, seconds, grace=0.3):
        """No order is taken from the trader while it can see nothing."""
        time.sleep(grace)
        before = self.ask_venue("positions TRADER")["last_user_ref"]
        time.sleep(seconds)
        after = self.ask_venue("positions TRADER")["last_user_ref"]
        if before != after:
            raise Failure(f"orders {before + 1} to {after} came while no line told the trader anything")

    def fault_one_line(self):
        """One line loses everything: nothing is to be noticed."""
        made = self.status()["recovery"]["books_made_anew"]
        which = self.rng.randrange(2)
        self.lose(which == 0, which == 1)
        self.wait_trading()
        time.sleep(self.rng.uniform(0.2, 1))
        self.lose(0, 0)
        if self.status()["recovery"]["books_made_anew"] != made:
            raise Failure("a loss on one line made books anew")

    def fault_both_lossy(self):
        """Both lines lose a part: what both lost is re-requested."""
        asked = self.status()["recovery"]["answers"]
        self.lose(0.5, 0.5)
        time.sleep(self.rng.uniform(0.3, 1))
        self.lose(0, 0)
        self.wait_for("re-requests", lambda: (self.status() or {}).get("recovery", {"answers": 0})["answers"] > asked, 30)

    def fault_both_lines(self):
        """Both lines are silent."""
        self.lose(1, 1)
        self.silent(self.rng.uniform(0.3, 1))
        self.lose(0, 0)

    def fault_lost_gap(self):
        """Both lines are silent while re-requests go unanswered: books are made anew from a snapshot."""
        made = self.status()["recovery"]["books_made_anew"]
        self.lose(1, 1)
        time.sleep(0.3)
        self.ip("-n", self.a, "link", "set", "vc", "down")
        self.lose(0, 0)
        try:
            self.wait_for("a lost gap", lambda: (self.status() or {}).get("stale") or
                          (self.status() or {}).get("phase") in ("exchange", "snapshot"), 10)
        finally:
            self.ip("-n", self.a, "link", "set", "vc", "up")
        self.wait_for("books made anew", lambda: (self.status() or {}).get("recovery", {"books_made_anew": 0})["books_made_anew"] > made)

    def fault_session_cut(self):
        attempts = self.status()["exchange"]["attempts"]
        self.ask_venue("kick TRADER")
        self.wait_for("a lost session", lambda: (self.status() or {"exchange": {"attempts": 0}})["exchange"]["attempts"] > attempts)

    def fault_half_open(self):
        """The session's wire is cut, and neither end is told."""
        self.ip("-n", self.a, "link", "set", "vc", "down")
        time.sleep(self.rng.uniform(0.5, 3))
        self.ip("-n", self.a, "link", "set", "vc", "up")

    def fault_venue_killed(self):
        self.venue.kill()
        self.venue.wait()
        self.venue = None
        time.sleep(self.rng.uniform(0, 0.5))
        self.start_venue()

    def fault_trader_killed(self):
        self.trader.kill()
        self.trader.wait()
        time.sleep(self.rng.uniform(0, 0.3))
        self.start_trader()

    def fault_both_killed(self):
        self.trader.kill()
        self.trader.wait()
        self.trader = None
        self.fault_venue_killed()
        self.start_trader()

    def fault_trader_slow(self):
        """The trader does not run for so long that the venue cuts it off, or its socket overflows."""
        self.trader.send_signal(signal.SIGSTOP)
        time.sleep(self.rng.uniform(0.5, 4))
        self.trader.send_signal(signal.SIGCONT)

    def fault_venue_slow(self):
        self.venue.send_signal(signal.SIGSTOP)
        time.sleep(self.rng.uniform(0.3, 2.5))
        self.venue.send_signal(signal.SIGCONT)

    def fault_trade_busted(self):
        """The venue takes a trade back that was told long ago."""
        self.read_account()
        number, match = self.rng.choice(sorted(self.account.matches))
        if self.ask_venue(f"bust {match}") is None:
            raise Failure(f"the venue will not bust trade {match} of order {number}")

    FAULTS = ("one_line", "both_lossy", "both_lines", "lost_gap", "session_cut", "half_open", "venue_killed", "trader_killed",
              "both_killed", "trader_slow", "venue_slow", "trade_busted")
