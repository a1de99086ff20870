"""What befalls a closed loop."""

import signal
import time

from account import Failure
from faults_told import ToldFaults


class Faults(ToldFaults):
    """Of a ClosedLoop; each returns when the fault is over, and promises of its own were kept: how, where there is more to say
    than that it trades again."""

    def lose(self, a, b):
        self.relay.stdin.write(f"{float(a)} {float(b)}\n")
        self.relay.stdin.flush()
        self.relay.stdout.readline()

    def befall(self, name):
        before = self.wait_for("the trader to arm", self.armed)
        begun, at = time.monotonic(), time.time()
        how = getattr(self, f"fault_{name}")()
        self.wait_trading(90)
        seconds = time.monotonic() - begun
        self.faults.setdefault(name, []).append(seconds)
        survived = f"{how + '; ' if how else ''}trading again after {seconds:.1f} s"
        self.story.befell(name, at, survived)
        self.say(f"{name}: {survived}")
        return before

    def silent(self, seconds, grace=30):
        """No order is taken from the trader while it can see nothing, once it has worked off, for which it has its time, what it saw:
        it has run since its last frame, for its time has gone on, and its orders have their answers."""
        before, deadline = None, time.monotonic() + grace * self.patience
        while time.monotonic() < deadline:
            s = self.status()
            if s and before and s["counters"]["frames"] == before["counters"]["frames"] and \
                    s["time_us"] > before["time_us"] + 200_000 and not s["exchange"]["unanswered"]:
                break
            if not s or not before or s["counters"]["frames"] != before["counters"]["frames"]:
                before = s
            time.sleep(0.1)
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
        self.wait_for("re-requests", lambda: (self.status() or {}).get("recovery", {"answers": 0})["answers"] > asked)

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
                          (self.status() or {}).get("phase") in ("exchange", "snapshot"))
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

    def kill_trader(self):
        """And nothing of it stays: what served it ends with it."""
        self.trader.kill()
        self.trader.wait()
        self.trader = None
        self.wait_for("what served the trader to end with it", lambda: not self.left_behind())

    def fault_trader_killed(self):
        self.kill_trader()
        time.sleep(self.rng.uniform(0, 0.3))
        self.start_trader()

    def fault_both_killed(self):
        self.kill_trader()
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
              "both_killed", "trader_slow", "venue_slow", "trade_busted", "told_twice", "told_late", "journal_behind",
              "clock_set_back", "clock_set_ahead", "venue_clock_set")
