"""A venue, its participants and a trader as processes that talk over two wires between two network namespaces, the faults
that befall them, and whether both sides agree afterwards.

Namespace A has the venue, `twinpath flow`'s participants and the relay of the two lines; B has the trader. One wire
carries market data, the other the session, order frames, re-requests and snapshots: cutting that is a half-open connection."""

import argparse
import ctypes
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
from account import Account, Failure  # noqa: E402
from command import read_pcap  # noqa: E402
from faults import Faults  # noqa: E402
from loop_config import (LINES, MAX_POSITION, OUCH, PARTICIPANTS, RELAYED, VENUE, trader_config,  # noqa: E402
                         venue_config)
from story import Story, replay_config  # noqa: E402
from venue_client import Lost, Soup  # noqa: E402


class ClosedLoop(Faults):
    """Everything of one loop, in a folder of its own."""

    def __init__(self, command, folder, path="sw:", orders="frames", seed=1, rate=300, say=lambda text: None, snapshots=True):
        self.command, self.folder, self.path, self.rate, self.say = command, pathlib.Path(folder), path, rate, say
        self.rng = random.Random(seed)
        self.a, self.b = (f"loop{os.getpid()}{end}" for end in "ab")
        self.venue = self.flow = self.trader = self.relay = None
        self.seed, self.told = seed, {}
        self.account, self.copied = Account(), 0
        self.faults, self.compared, self.lives = {}, 0, 0
        self.downtime = 0.0
        self.story = Story(self.folder, f"Closed loop on {path}", path)
        (self.folder / "venue.toml").write_text(venue_config())
        (self.folder / "trader.toml").write_text(trader_config(path, orders, snapshots))

    # ---- what runs ----

    def ip(self, *arguments):
        subprocess.run(["ip", *arguments], check=True, capture_output=True)

    def start(self):
        for name in (self.a, self.b):
            self.ip("netns", "add", name)
            self.ip("-n", name, "link", "set", "lo", "up")
            self.ip("netns", "exec", name, "sh", "-c",
                    "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6")
        for near, far, net in (("va", "vb", "10.9.0"), ("vc", "vd", "10.9.1")):
            self.ip("link", "add", near, "netns", self.a, "type", "veth", "peer", "name", far, "netns", self.b)
            for name, interface, host in ((self.a, near, 1), (self.b, far, 2)):
                self.ip("-n", name, "address", "add", f"{net}.{host}/24", "dev", interface)
                self.ip("-n", name, "link", "set", interface, "up")
        self.relay = self.spawn("relay", self.a, sys.executable, "-B", str(HERE / "relay.py"), "10.9.0.1", str(RELAYED[0]),
                                LINES[0], str(RELAYED[1]), LINES[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.relay.stdout.readline()
        self.start_venue()
        self.start_flow()
        self.start_trader()

    def spawn(self, name, namespace, *arguments, **streams):
        """What it says goes to NAME.log."""
        with open(self.folder / f"{name}.log", "a") as log:
            return subprocess.Popen(["ip", "netns", "exec", namespace, *arguments], cwd=self.folder, text=True,
                                    **{"stdout": log, "stderr": log, **streams})

    def start_venue(self):
        self.venue = self.spawn("venue", self.a, self.command, "venue", "-q", "--config", "venue.toml")
        self.wait_for("the venue", lambda: self.ask_venue("status"), 60)

    def start_flow(self):
        self.flow = self.spawn("flow", self.a, self.command, "flow", "-q", "--config", "venue.toml", "--participants",
                               str(PARTICIPANTS), "--seed", str(self.seed), "--rate", str(self.rate), "--for", "1000000")

    def start_trader(self):
        self.lives += 1
        self.story.keep("killed")
        self.trader = self.spawn("trader", self.b, self.command, "run", "--config", "trader.toml")

    def stop(self):
        for process in (self.trader, self.flow, self.venue, self.relay):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait()
        if self.relay is not None:
            self.relay.stdin.close()
            self.relay.stdout.close()
        for name in (self.a, self.b):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)

    # ---- what they say ----

    def ask(self, name, line):
        """A control socket's answer; None when there is none."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
                s.settimeout(10)
                s.connect(os.path.relpath(self.folder / name))
                s.send(line.encode())
                answer = json.loads(s.recv(1 << 16))
        except (OSError, ValueError):
            return None
        return answer if answer.get("ok") else None

    def ask_venue(self, line):
        return self.ask("venue.sock", line)

    def status(self):
        return self.ask("trader.sock", "status")

    def wait_for(self, what, done, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check_alive()
            found = done()
            if found:
                return found
            time.sleep(0.02)
        raise Failure(f"waited for {what} for {seconds} s; trader {json.dumps(self.status())}, venue "
                      f"{json.dumps(self.ask_venue('positions TRADER'))}, logs in {self.folder}")

    def check_alive(self):
        for name in ("venue", "flow", "trader", "relay"):
            process = getattr(self, name)
            if process is not None and process.poll() is not None:
                raise Failure(f"{name} ended with status {process.returncode}: "
                              + (self.folder / f"{name}.log").read_text()[-2000:])

    def armed(self):
        s = self.status()
        return s if s and s["armed"] else None

    def wait_trading(self, seconds=60):
        """Armed, and an order decided after this moment has been sent."""
        before = self.wait_for("the trader to arm", self.armed, seconds)["counters"]["orders"]
        begun = time.monotonic()
        self.wait_for("an order", lambda: (self.status() or {"counters": {"orders": 0}})["counters"]["orders"] != before, seconds)
        return begun

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
        """At one message of the account's stream: the venue's ledger, the trader's session, and the path's own books."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self.check_alive()
            first, venue, second = self.status(), self.ask_venue("positions TRADER"), self.status()
            if not (first and venue and second and "exchange" in first and "positions" in second):
                time.sleep(0.05)
                continue
            told = venue["sequence"]
            if first["exchange"]["next_sequence"] - 1 == second["exchange"]["next_sequence"] - 1 == told and \
                    first["phase"] == second["phase"] == "trading":
                # The path's own state is those of its commands, which follow the session's by a round.
                self.same(venue, second)
                return
            time.sleep(0.003)
        raise Failure("both sides were never seen at the same message within 60 s")

    def same(self, venue, trader):
        theirs = {s: p["shares"] for s, p in venue["positions"].items() if p["shares"] != 0}
        cash = sum(p["cash"] for p in venue["positions"].values())
        for what, ours, of_venue in (("positions", trader["positions"], theirs), ("cash", trader["exchange"]["cash"], cash)):
            if ours != of_venue:
                raise Failure(f"{what}: the trader has {ours}, the venue {of_venue}, at message {venue['sequence']}")
        if trader["exchange"]["unanswered"] == 0 and trader["open_orders"] == trader["exchange"]["open_orders"] and \
                trader["open_orders"] < venue["open_orders"]:
            raise Failure(f"open orders: the trader has {trader['open_orders']}, the venue {venue['open_orders']}")
        if trader["exchange"]["disagreements"] or trader["exchange"].get("difference"):
            raise Failure(f"the trader's session disagrees: {trader['exchange']}")
        self.story.compared(venue, trader)
        self.compared += 1

    # ---- the end ----

    def finish(self):
        """Everything stops orderly, and both sides agree in everything. Returns what there is to say."""
        self.wait_trading()
        self.compare()
        requests = self.ask_venue("status")
        self.trader.send_signal(signal.SIGTERM)
        if self.trader.wait(60) != 0:
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

    def tail(self, name, size=1500):
        return (self.folder / f"{name}.log").read_text()[-size:]

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
        theirs = {n: o["asked"] for n, o in self.account.orders.items() if n >= first}
        for number, asked in theirs.items():
            decided = again.get(number)
            void = decided is not None and asked[3] == (100 if asked[0] == b"B" else 1_999_999_900)
            if void and self.account.orders[number]["done"] == 0:
                decided = (*decided[:3], asked[3])
            if asked != decided:
                raise Failure(f"order {number}: the venue took {asked}, a replay of the record decides {decided}")
        lost = set(again) - set(theirs) - self.account.rejected
        # A number that was passed over by a later one is answered by that.
        lost = {n for n in lost if n > max(theirs, default=0)}
        if lost:
            raise Failure(f"orders {sorted(lost)[:10]} were decided, and the venue says nothing of them")
        return len(theirs)


    def report(self, paths=("sw:",)):
        """The page of what happened: report.html and report.json in the loop's folder."""
        self.story.keep("stopped")
        arguments = [a for path in paths for a in ("--path", path)]
        done = subprocess.run([self.command, "loop", str(self.story.write()), "--report", str(self.folder / "report"), *arguments],
                              text=True, capture_output=True)
        if done.returncode != 0:
            raise Failure(f"the report says otherwise: {done.stdout}{done.stderr}")
        self.say(done.stdout.rstrip())


def run_loop(command, folder, faults, path="sw:", orders="frames", seed=1, rate=300, say=lambda text: None, again="sw:",
             snapshots=True):
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
        result = loop.finish()
        result["replayed"] = loop.replay_record(again)
        loop.report()
        return result
    finally:
        loop.stop()


def main():
    parser = argparse.ArgumentParser(description="A venue, its participants and a trader, and faults at random moments.")
    parser.add_argument("--command", required=True, help="the twinpath command")
    parser.add_argument("--folder", required=True, help="for journals, records and logs; made anew")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--path", default="sw:")
    parser.add_argument("--orders", choices=("frames", "session"), default="frames")
    parser.add_argument("--faults", default=",".join(ClosedLoop.FAULTS), help="which, by commas")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=300, help="requests a second of all participants")
    o = parser.parse_args()
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
        loop.report([*dict.fromkeys(["sw:", *(["verilator:"] if "verilator:" in o.path else [])])])
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
