"""The closed loop with a trader of many processes: a feed process, an order manager and two strategies, each of which may be
killed by itself."""

import os
import pathlib
import re
import signal
import subprocess
import time

from account import Failure
from closed_loop import ClosedLoop
from journal_file import EVENT, read_journal
from command import ORDER
from loop_config import SYMBOLS

STRATEGIES = ("rules", "market_maker")


def many(text, shared, locates):
    """A trader's configuration for many processes; without locates, they come from the exchange."""
    if not locates:
        text = re.sub(r"(?m)^locate = .*\n", "", text)
    text = re.sub(r"(?m)^(path|record) = .*\n", "", text)
    text = text.replace("gap_timeout_us = 100000\n", "gap_timeout_us = 1000000\n")
    makers = "".join(f'[[strategy.market_maker]]\nsymbol = "{s}"\nquantity = 50\nhalf_spread = "0.05"\nmax_position = 500\n'
                     for s in SYMBOLS)
    # Other processes may have the machine for long.
    return (f'{text}\n{makers}[processes]\nfolder = "{shared}"\nstrategies = ["{STRATEGIES[0]}", "{STRATEGIES[1]}"]\n'
            f"feed_timeout_ms = 2000\nintent_age_ms = 5000\n")


class ProcessLoop(ClosedLoop):
    def __init__(self, command, folder, shared, locates=True, **options):
        super().__init__(command, folder, **options)
        config = self.folder / "trader.toml"
        config.write_text(many(config.read_text(), shared, locates))

    def start_trader(self):
        self.lives += 1
        self.trader = self.spawn("trader", self.b, self.command, "run", "--processes", "--config", "trader.toml")

    def stop(self):
        if self.trader is not None and self.trader.poll() is None:
            self.trader.terminate()  # its children with it
            try:
                self.trader.wait(30)
            except subprocess.TimeoutExpired:
                pass
        for name in ("feed", "orders", *(f"strategy {s}" for s in STRATEGIES)):
            if pid := self.pid(name):
                self.kill(pid)
        super().stop()

    def status(self):
        """As the one-process run says it."""
        orders, feed = self.ask("trader.sock", "status"), self.ask("trader.sock.feed", "status")
        if not orders or not feed or "positions" not in orders:
            return None
        return {**orders, "phase": "trading", "stale": feed["stale"], "recovery": feed["recovery"], "feed": feed}

    # ---- who is killed ----

    def pid(self, name):
        """Of the process that was begun last; 0 when it has ended."""
        log = self.folder / "trader.log"
        found = re.findall(rf"(?m)^run: {name}: process (\d+)", log.read_text()) if log.exists() else []
        try:
            command = pathlib.Path(f"/proc/{found[-1]}/cmdline").read_bytes() if found else b""
        except (FileNotFoundError, ProcessLookupError):  # it ended, or does so now
            return 0
        return int(found[-1]) if name.split()[0].encode() in command else 0

    def kill(self, pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def killed(self, *names):
        """They are killed, others begun in their places, and nobody else notices."""
        def everyone():
            pids = {n: self.pid(n) for n in ("feed", "orders", *(f"strategy {s}" for s in STRATEGIES))}
            return pids if all(pids.values()) else None

        all_of = self.wait_for("every process", everyone)
        for name in names:
            self.kill(all_of[name])
        for name in names:
            self.wait_for(f"another {name}", lambda n=name: self.pid(n) not in (0, all_of[n]))
        self.wait_for("its answer", self.status)
        for name, pid in all_of.items():
            if name not in names and self.pid(name) != pid:
                raise Failure(f"{name} was begun again when {' and '.join(names)} ended")

    def fault_orders_killed(self):
        self.killed("orders")

    def fault_strategy_killed(self):
        self.killed(f"strategy {self.rng.choice(STRATEGIES)}")

    def fault_feed_killed(self):
        """Books are made again from what was kept, and what was missed is had again: until then nothing is trusted."""
        before = self.status()["feed"]
        self.killed("feed")
        after = self.wait_for("books that are trusted", self.trusted)
        if after["generation"] <= before["generation"] or after["rebuilt_messages"] == 0:
            raise Failure(f"books were not made again: {after}")
        if after["recovery"]["answers"] == after["recovery"]["snapshot_messages"] == 0 and after["lost_messages"]:
            raise Failure(f"what was missed was not had again: {after}")

    def fault_feed_lost(self):
        """What the feed process missed while it was gone cannot be re-requested: books come from a snapshot."""
        # The wire of the session and of re-requests, and lines that go on.
        self.ip("-n", self.a, "link", "set", "vc", "down")
        try:
            self.killed("feed")
            stale = self.wait_for("books that are stale", lambda: (s := self.status()) and s["stale"] and s["feed"])
            if stale["books_untrusted"] != len(SYMBOLS):
                raise Failure(f"books are trusted while they are stale: {stale}")
        finally:
            self.ip("-n", self.a, "link", "set", "vc", "up")
        after = self.wait_for("books that are trusted", self.trusted)
        if after["recovery"]["books_made_anew"] == 0 or after["recovery"]["snapshot_messages"] == 0:
            raise Failure(f"books did not come from a snapshot: {after}")

    def fault_orders_and_venue_killed(self):
        pid = self.pid("orders")
        self.kill(pid)
        self.fault_venue_killed()
        self.wait_for("another order manager", lambda: self.pid("orders") not in (0, pid))

    def trusted(self):
        s = self.status()
        return s and not s["stale"] and not s["feed"]["rebuilding"] and not s["feed"]["filling"] and s["feed"]

    # ---- the end ----

    def check_journal(self):
        """The venue has the orders of the journal and no others, each as it was decided, and the journal's replay the positions
        of the account's stream: how many."""
        decided = {}
        names = list(SYMBOLS)
        for e in (r.event for r in read_journal(self.folder / "trader-journal") if r.kind == EVENT and r.event.kind == ORDER):
            if e.user_ref in decided:
                raise Failure(f"order {e.user_ref} is in the journal twice")
            decided[e.user_ref] = (b"BS"[e.side:e.side + 1], e.quantity, f"{names[e.symbol]:<8}".encode(), e.price)
        if len(names_at_venue := {o["named"] for o in self.account.orders.values()}) != len(self.account.orders):
            raise Failure(f"the venue took {len(self.account.orders)} orders under {len(names_at_venue)} names")
        for order in self.account.orders.values():
            number, asked = order["named"], order["asked"]
            void = asked[3] == (100 if asked[0] == b"B" else 1_999_999_900) and order["done"] == 0
            if number not in decided or asked[:3] != decided[number][:3] or (asked[3] != decided[number][3] and not void):
                raise Failure(f"order {number}: the venue took {asked}, the journal has {decided.get(number)}")
        done = subprocess.run([self.command, "journal", "trader-journal", "--replay"], cwd=self.folder, text=True,
                              capture_output=True)
        if "every verdict the same" not in done.stdout:
            raise Failure(f"the journal does not replay: {done.stdout}{done.stderr}")
        positions = {n: int(p) for n, p in re.findall(r"(?m)^  (\S+) +(-?\d+)$", done.stdout)}
        if positions != {s: n for s, n in self.account.shares.items() if n}:
            raise Failure(f"the journal's replay comes to {positions}, the account's stream to {self.account.shares}")
        return len(decided)


def run_loop(command, folder, shared, faults, **options):
    """As closed_loop.run_loop, for many processes."""
    loop = ProcessLoop(command, folder, shared, **options)
    try:
        loop.start()
        loop.wait_trading(90)
        loop.compare()
        loop.cancel_one()
        for name in faults:
            time.sleep(loop.rng.uniform(0, 0.5))
            loop.befall(name)
            loop.compare()
        loop.wait_traded(10)
        result = loop.finish()
        result["journalled"] = loop.check_journal()
        return result
    finally:
        loop.stop()
