"""A venue, its participants and a trader as processes that talk over two wires between two network namespaces, the faults
that befall them, and whether both sides agree afterwards.

Namespace A has the venue, `twinpath flow`'s participants and the relay of the two lines; B has the trader. One wire
carries market data, the other the session, order frames, re-requests and snapshots: cutting that is a half-open connection."""

import argparse
import ctypes
import os
import pathlib
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
from account import Account, Failure  # noqa: E402
from command import read_pcap  # noqa: E402
from faults import Faults  # noqa: E402
from loop_config import MAX_POSITION, OUCH, PARTICIPANTS, VENUE, in_fix, trader_config, venue_config  # noqa: E402
from stage import Stage  # noqa: E402
from story import Story, replay_config  # noqa: E402
from venue_client import Lost, Soup  # noqa: E402


class ClosedLoop(Stage, Faults):
    """Everything of one loop, in a folder of its own."""

    def __init__(self, command, folder, path="sw:", orders="frames", seed=1, rate=300, say=lambda text: None, snapshots=True):
        super().__init__(command, pathlib.Path(folder), seed, rate)
        self.path, self.say = path, say
        self.rng, self.orders = random.Random(seed), orders
        self.account, self.copied = Account(), 0
        self.faults, self.compared = {}, 0
        self.story = Story(self.folder, f"Closed loop on {path}", path)
        (self.folder / "venue.toml").write_text(venue_config(orders))
        (self.folder / "trader.toml").write_text(trader_config(path, orders, snapshots))

    def start_trader(self):
        self.story.keep("killed")
        super().start_trader()

    # ---- the comparison ----

    def read_account(self):
        """Reads the trader's stream at the venue, as far as it has come by now, and judges it."""
        until = self.wait_for("the venue", lambda: self.ask_venue("positions TRADER"))["sequence"]
        while self.copied < until:
            self.check_alive()
            try:
                reader = self.in_namespace(lambda: Soup(OUCH, "COPY", "read", sequence=self.copied + 1, address=VENUE))
            except (Lost, OSError):
                time.sleep(0.05)
                continue
            try:
                while self.copied < until:
                    for sequence, message in reader.messages(1):
                        if sequence != self.copied + 1:
                            raise Failure(f"message {sequence} of the account follows {self.copied}")
                        self.copied = sequence
                        self.account.message(message)
            except Lost:
                pass
            finally:
                reader.close()

    def in_namespace(self, make):
        """Sockets belong to the namespace that they were made in."""
        libc = ctypes.CDLL(None, use_errno=True)
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.a}", os.O_RDONLY)
        try:
            if libc.setns(there, 0) != 0:
                raise OSError(ctypes.get_errno(), "setns")
            return make()
        finally:
            libc.setns(home, 0)
            os.close(home)
            os.close(there)

    def compare(self):
        """At one message of the account's stream: the venue's ledger, the trader's session, and the path's own books. The path's
        positions are those of its commands, which follow the session by a round, of a card's process too: a difference counts
        when it has been there for two seconds of the path's time, which stands still while it gets no processor."""
        deadline = time.monotonic() + 60 * self.patience
        differs = None
        while time.monotonic() < deadline:
            self.check_alive()
            first, between, venue, second = self.status(), self.tell(), self.ask_venue("positions TRADER"), self.status()
            if not (first and venue and second and "exchange" in first and "positions" in second):
                time.sleep(0.05)
                continue
            if in_fix(self.orders):
                # Nothing stands between; and the account's messages have no numbers, but its executions do.
                between = {"told": venue["executions"], "had": venue["sequence"], "doubled": 0}
            venue["told"] = venue["executions" if in_fix(self.orders) else "sequence"]
            if first["exchange"]["next_sequence"] - 1 == second["exchange"]["next_sequence"] - 1 == between["told"] and \
                    between["had"] == venue["sequence"] and first["phase"] == second["phase"] == "trading":
                try:
                    return self.same(venue, second, between)
                except Failure:
                    # Of a trader of many processes: twice as long by our own clock.
                    now = second["time_us"] / 1e6 if "time_us" in second else time.monotonic() / 2
                    differs = min(differs or now, now)  # a path that begins anew begins with an early time
                    if now - differs > 2 * self.patience:
                        raise
            time.sleep(0.003)
        raise Failure("both sides were never seen at the same message within 60 s")

    def same(self, venue, trader, between):
        theirs = {s: p["shares"] for s, p in venue["positions"].items() if p["shares"] != 0}
        cash = sum(p["cash"] for p in venue["positions"].values())
        for what, ours, of_venue in (("positions", trader["positions"], theirs), ("cash", trader["exchange"]["cash"], cash)):
            if ours != of_venue:
                raise Failure(f"{what}: the trader has {ours}, the venue {of_venue}, at message {venue['told']}")
        if trader["exchange"]["unanswered"] == 0 and trader["open_orders"] == trader["exchange"]["open_orders"] and \
                trader["open_orders"] < venue["open_orders"]:
            raise Failure(f"open orders: the trader has {trader['open_orders']}, the venue {venue['open_orders']}")
        if trader["exchange"]["disagreements"] or trader["exchange"].get("difference"):
            raise Failure(f"the trader's session disagrees: {trader['exchange']}")
        if trader["exchange"]["told_again"] != between["doubled"]:
            raise Failure(f"the trader knows {trader['exchange']['told_again']} answers as told again, and "
                          f"{between['doubled']} were")
        self.story.compared(venue, trader, between)
        self.compared += 1

    def wait_traded(self, least):
        """More orders than that, and more than half as many fills."""
        self.wait_for(f"{least} orders", lambda: self.read_account() or
                      (len(self.account.orders) > least and len(self.account.matches) > least // 2))

    def cancel_one(self):
        """The operator cancels one order that rests, and hears why he cannot do it again."""
        def cancelled():
            self.read_account()
            return next(((n, o["named"]) for n, o in self.account.live.items()
                         if self.ask("trader.sock", f"cancel {o['named']}")), None)

        at_venue, number = self.wait_for("an order that rests", cancelled)
        self.wait_for("its end", lambda: self.read_account() or at_venue not in self.account.live)

        def refused():
            errors = self.answer("trader.sock", f"cancel {number}")["errors"]
            return errors if "a cancel has been sent already" not in errors[0] else None
        for errors, why in ((self.wait_for("its end", refused), f"found {number}, whose order is over"),
                            (self.answer("trader.sock", "cancel 4000000000")["errors"], "4000000000, which no order has had")):
            if why not in errors[0]:
                raise Failure(f"a cancel: expected an error that says '{why}', found {errors}")

    # ---- the end ----

    def finish(self):
        """Everything stops orderly, and both sides agree in everything. Returns what there is to say."""
        self.wait_trading()
        self.compare()
        requests = self.ask_venue("status")
        self.trader.send_signal(signal.SIGTERM)
        if self.trader.wait(120) != 0:
            raise Failure(f"the trader ended with status {self.trader.returncode}: {self.tail('trader')}")
        self.trader = None
        venue = self.ask_venue("positions TRADER")
        if venue["open_orders"] != 0:
            raise Failure(f"{venue['open_orders']} orders are open after the trader's orderly end")
        self.read_account()
        theirs = {s: (p["shares"], p["cash"]) for s, p in venue["positions"].items()}
        account = {s: (self.account.shares[s], self.account.cash[s]) for s in self.account.shares
                   if (self.account.shares[s], self.account.cash[s]) != (0, 0)}
        if theirs != account:
            raise Failure(f"the account's stream comes to {account}, the venue's ledger to {theirs}")
        if self.account.live:
            raise Failure("the account's stream ends with open orders")
        self.flow.send_signal(signal.SIGTERM)
        if self.flow.wait(120) != 0:
            raise Failure(f"the participants ended with status {self.flow.returncode}: {self.tail('flow')}")
        self.flow = None
        held = {}
        for name in ("TRADER", *(f"P{n:03}" for n in range(1, PARTICIPANTS + 1))):
            for symbol, p in self.ask_venue(f"positions {name}")["positions"].items():
                shares, cash = held.get(symbol, (0, 0))
                held[symbol] = (shares + p["shares"], cash + p["cash"])
        if any(both != (0, 0) for both in held.values()):
            raise Failure(f"what all participants have does not add up to nothing: {held}")
        if self.ask_venue("check") is None:
            raise Failure("the venue's own books do not add up")
        closing = self.tail("trader", 6000)
        return {"messages": self.ask_venue("status")["tape"], "requests": requests["requests"],
                "orders": len(self.account.orders), "fills": len(self.account.matches), "worst": self.account.worst,
                "compared": self.compared, "lives": self.lives, "closing": closing,
                "faults": {name: len(times) for name, times in self.faults.items()}}

    def replay_record(self, path="sw:", change=lambda text: text):
        """The venue has, of the last path's orders, what a replay of that path's record decides, and nothing else: how many."""
        record = max(self.folder.glob("record*.pcap"), key=lambda f: f.stat().st_mtime)
        text = replay_config((self.folder / "trader.toml").read_text())
        commands = (self.folder / f"{record.name}.commands.toml").read_text()
        (self.folder / "again.toml").write_text(change(text) + commands)
        done = subprocess.run([self.command, "replay", "-q", record.name, "--config", "again.toml", "--path", path, "--orders",
                               "again.pcap"], cwd=self.folder, text=True, capture_output=True)
        if done.returncode != 0:
            raise Failure(f"the record does not replay: {done.stderr[-500:]}")
        again = {}
        for _, frame in read_pcap(self.folder / "again.pcap"):
            if frame[42:43] == b"O":
                number, side, quantity, symbol, price = struct.unpack_from(">IcI8sQ", frame, 43)
                again[number] = (side, quantity, symbol, price)
        first = int(re.search(r"first_user_ref = (\d+)", commands).group(1))
        orders = {o["named"]: o for o in self.account.orders.values() if o["named"] >= first}
        theirs = {number: o["asked"] for number, o in orders.items()}
        for number, asked in theirs.items():
            decided = again.get(number)
            void = decided is not None and asked[3] == (100 if asked[0] == b"B" else 1_999_999_900)
            if void and orders[number]["done"] == 0:
                decided = (*decided[:3], asked[3])
            if asked != decided:
                raise Failure(f"order {number}: the venue took {asked}, a replay of the record decides {decided}")
        lost = set(again) - set(theirs) - self.account.rejected
        # A number that was passed over by a later one is answered by that.
        lost = {n for n in lost if n > max(theirs, default=0)}
        if lost:
            raise Failure(f"orders {sorted(lost)[:10]} were decided, and the venue says nothing of them")
        return len(theirs)

    def check_times(self, record):
        """What a record's inputs are stamped with goes on steadily, whatever the clocks were set to. A trader that does not run for
        some seconds has a gap; no fault of a loop makes one of half a minute."""
        data, at, before = record.read_bytes(), 24, 0
        while at + 16 <= len(data):  # one of a trader that was killed may end anywhere
            seconds, nanoseconds, size = struct.unpack_from("<3I", data, at)
            stamp = seconds * 10**9 + nanoseconds
            if stamp < before or (before and stamp - before > 30e9):
                raise Failure(f"{record}: byte {at}: a frame is stamped {(stamp - before) / 1e9:+.3f} s after the one before it")
            before = stamp
            at += 16 + size

    def report(self, paths=("sw:",)):
        """The page of what happened: report.html and report.json in the loop's folder."""
        self.story.keep("stopped")
        for life in self.story.lives:
            self.check_times(self.folder / life["record"])
        arguments = [a for path in paths for a in ("--path", path)]
        done = subprocess.run([self.command, "loop", str(self.story.write()), "--report", str(self.folder / "report"), *arguments],
                              text=True, capture_output=True)
        if done.returncode != 0:
            raise Failure(f"the report says otherwise: {done.stdout}{done.stderr}")
        self.say(done.stdout.rstrip())


def run_loop(command, folder, faults, path="sw:", orders="frames", seed=1, rate=300, say=lambda text: None, again="sw:",
             snapshots=True, least=0):
    """Befalls the loop with these faults, in their order and at random moments, comparing between them and at the end."""
    loop = ClosedLoop(command, folder, path, orders, seed, rate, say, snapshots)
    try:
        loop.start()
        loop.wait_trading(90)
        loop.compare()
        for name in faults:
            time.sleep(loop.rng.uniform(0, 0.5))
            loop.befall(name)
            loop.compare()
        loop.wait_traded(least)
        result = loop.finish()
        result["replayed"] = loop.replay_record(again)
        loop.report()
        return result
    finally:
        loop.stop()


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/closed_loop", usage="%(prog)s [arguments]",
        description="A venue, its participants and a trader, and faults at random moments; both sides are compared all the time. "
        "Needs root.")
    parser.add_argument("--command", required=True, help="the twinpath command; scripts/closed_loop builds one and gives it")
    parser.add_argument("--folder", required=True,
                        help="for journals, records, logs and the page; made anew; scripts/closed_loop gives build/closed_loop")
    parser.add_argument("--minutes", type=float, default=10, help="how long faults go on (%(default)s)")
    parser.add_argument("--path", default="sw:", help="the trader's, as twinpath run takes it (%(default)s); with "
                        "XCL_EMULATION_MODE=hw_emu xrt:0 is the simulated card")
    parser.add_argument("--orders", choices=("frames", "session", "fix42", "fix44"), default="frames",
                        help="how they leave (%(default)s)")
    parser.add_argument("--faults", default=",".join(ClosedLoop.FAULTS), help="which, by commas; all of " + ", ".join(ClosedLoop.FAULTS))
    parser.add_argument("--seed", type=int, default=1, help="of the faults and their moments (%(default)s)")
    parser.add_argument("--rate", type=float, default=300, help="requests a second of all participants (%(default)s)")
    parser.add_argument("--page", help="paths that the records are played again on for the page, by commas; without it sw:, and verilator: "
                        "where that traded")
    parser.add_argument("--patience", type=float, default=1, help="wait so many times longer than usual: for a machine that is busy (%(default)s)")
    o = parser.parse_args()
    page = o.page.split(",") if o.page else ["sw:", *(["verilator:"] if "verilator:" in o.path else [])]
    faults = [f for f in o.faults.split(",") if f]
    if unknown := set(faults) - set(ClosedLoop.FAULTS):
        parser.error(f"--faults: expected some of {', '.join(ClosedLoop.FAULTS)}, found {', '.join(sorted(unknown))}")
    shutil.rmtree(o.folder, ignore_errors=True)
    pathlib.Path(o.folder).mkdir(parents=True)
    begun = time.monotonic()
    # What runs is ended in any case.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

    def minutes():
        return (time.monotonic() - begun) / 60

    loop = ClosedLoop(o.command, o.folder, o.path, o.orders, o.seed, o.rate,
                      lambda text: print(f"{minutes():7.2f} min: {text}", flush=True))
    loop.patience = o.patience
    try:
        loop.start()
        loop.wait_trading(90)
        while minutes() < o.minutes:
            for _ in range(loop.rng.randrange(4)):
                time.sleep(loop.rng.uniform(0, 1))
                loop.compare()
            if faults:
                loop.befall(loop.rng.choice(faults))
            loop.compare()
            loop.read_account()
            account = loop.account
            loop.say(f"{loop.compared} comparisons agree, {sum(map(len, loop.faults.values()))} faults, "
                     f"{loop.ask_venue('status')['tape']} messages, {len(account.orders)} orders, {len(account.matches)} fills, "
                     f"{loop.lives} traders")
        result = loop.finish()
        replayed = loop.replay_record()
        loop.report(page)
    except Failure as failure:
        print(f"closed_loop: {failure}; everything is in {o.folder}", file=sys.stderr)
        return 1
    finally:
        loop.stop()
    print(result.pop("closing"))
    for name, times in sorted(loop.faults.items()):
        print(f"{name:<16}{len(times):>5} times, trading again after {min(times):.1f} to {max(times):.1f} s")
    print(f"{result['messages']} messages of market data, {result['requests']} requests, {result['orders']} orders, "
          f"{result['fills']} fills, at most {result['worst']} of {MAX_POSITION} shares at risk; {result['compared']} comparisons "
          f"agree; the last {replayed} orders are those of the record's replay")
    return 0


if __name__ == "__main__":
    sys.exit(main())
