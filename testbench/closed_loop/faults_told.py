"""What befalls what a closed loop is told: answers that come twice or late, and clocks that are set."""

import shutil
import signal
import time

from account import Failure


class ToldFaults:
    """Of a ClosedLoop (faults.py)."""

    # ---- answers ----

    def fault_told_twice(self):
        """Answers, fills among them, are told again under further numbers."""
        before = self.tell("double 0.5")["doubled"]
        self.wait_for("answers that are told twice", lambda: self.tell()["doubled"] >= before + 5)
        doubled = self.tell("double 0")["doubled"] - before
        self.compare()
        return f"{doubled} answers told twice, each obeyed once"

    def fault_told_late(self):
        """Answers wait, and fills come behind the answers to their orders' cancels; as often as not on another connection."""
        before = self.tell("hold")["late"]
        try:
            deadline = time.monotonic() + 1.5
            while time.monotonic() < deadline and (kept := self.tell()["kept_back"])["open"] + kept["behind"] == 0:
                time.sleep(0.02)
            # A lost connection cancels what is open.
            reconnects = self.rng.randrange(4) != 0
            if reconnects:
                self.fault_session_cut()
            time.sleep(0.1)
            fills = self.tell()["kept_back"]["fills"]
        finally:
            late = self.tell("release")["late"] - before
        self.compare()
        return (f"{fills} fills told late, {late} of them behind the answer to their order's cancel"
                f"{', on another connection' if reconnects else ''}")

    def fault_journal_behind(self):
        """The trader is killed, and of what it kept of its session only an older copy is there: what it was told since comes again."""
        kept, older = self.folder / "trader-exchange", self.folder / "trader-exchange-older"
        self.trader.send_signal(signal.SIGSTOP)
        shutil.copytree(kept, older)
        self.trader.send_signal(signal.SIGCONT)
        begun = self.tell()["told"]
        self.wait_for("answers after the copy", lambda: self.tell()["told"] >= begun + 10)
        self.kill_trader()
        told = self.tell()["told"]
        shutil.rmtree(kept)
        older.rename(kept)
        self.start_trader()
        return f"some {told - begun} answers told a second time to a trader that had forgotten them"

    # ---- clocks ----

    def fault_clock_set_back(self):
        return self.set_traders_clock(-self.rng.uniform(1, 3600))

    def fault_clock_set_ahead(self):
        """While both lines lose a part: a gap that is being filled is not given up for it."""
        self.lose(0.5, 0.5)
        try:
            return self.set_traders_clock(self.rng.uniform(1, 3600))
        finally:
            self.lose(0, 0)

    def set_traders_clock(self, ahead):
        """The trader's wall clock, and with it the stamps of what it receives, is set, and some time later set right."""
        for seconds in (ahead, 0):
            before = self.wait_for("the trader", self.armed)
            begun = time.monotonic()
            self.set_clock("trader", seconds)
            after = self.wait_for("the trader to see that its clock was set",
                                  lambda: self.clock_was_set(self.status(), before))
            passed, took = (after["time_us"] - before["time_us"]) / 1e6, time.monotonic() - begun
            # Where books are made anew, time begins anew. Either of us may have had no processor for some seconds.
            most = max(0.9, min(10, abs(ahead) / 2))
            if after["recovery"]["books_made_anew"] == before["recovery"]["books_made_anew"] and abs(passed - took) > most:
                raise Failure(f"{passed:.1f} s passed for the trader within {took:.1f} s, when its clock was set")
            self.wait_trading()
            self.compare()
        return f"the trader's clock was {abs(ahead):.0f} s {'ahead' if ahead > 0 else 'behind'} and set right"

    @staticmethod
    def clock_was_set(now, before):
        return now if now and now.get("counters", {}).get("clock_set", 0) > before["counters"]["clock_set"] else None

    def fault_venue_clock_set(self):
        """To either side, and right again: one of the two is back."""
        before = self.ask_venue("status")["clock_set_back"]
        ahead = self.rng.choice((-1, 1)) * self.rng.uniform(1, 300)
        for seconds in (ahead, 0):
            self.set_clock("venue", seconds)
            self.wait_trading()
            self.compare()
        if self.ask_venue("status")["clock_set_back"] == before:
            raise Failure("the venue's clock was set back, and it says that it was not")
        return f"the venue's clock was {abs(ahead):.0f} s {'ahead' if ahead > 0 else 'behind'} and set right"
