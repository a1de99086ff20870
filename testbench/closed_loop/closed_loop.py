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

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from command import read_pcap  # noqa: E402
from venue_client import Lost, Soup  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
VENUE, TRADER = "10.9.1.1", "10.9.1.2"
OUCH, GLIMPSE, REREQUEST, ORDERS = 26400, 26401, 26402, 26404
LINES = ("239.255.26.1:26403", "239.255.26.2:26403")
RELAYED = (26411, 26412)
SYMBOLS = {"AAPL": 150, "MSFT": 60, "IBM": 90}
PARTICIPANTS = 8
MAX_POSITION, MAX_QUANTITY, MAX_OPEN = 1_500, 200, 20
PRICE = 10_000  # of a dollar


class Failure(Exception):
    """Both sides disagree, or a promise was broken."""


def venue_config():
    text = f"""
[venue]
journal = "venue-journal"
control = "venue.sock"
[ouch]
listen = "{VENUE}:{OUCH}"
silence_s = 3
stall_s = 3
return_within_s = 20
[glimpse]
listen = "{VENUE}:{GLIMPSE}"
[rerequest]
listen = "{VENUE}:{REREQUEST}"
[feed]
line_a = "127.0.0.1:{RELAYED[0]}"
line_b = "127.0.0.1:{RELAYED[1]}"
heartbeat_ms = 50
"""
    for n, (name, price) in enumerate(SYMBOLS.items(), 1):
        text += f'[[symbol]]\nname = "{name}"\nlocate = {n}\nreference = "{price}"\n'
    for n in range(1, PARTICIPANTS + 1):
        text += f'[[participant]]\nname = "P{n:03}"\nlogin = "P{n:03}"\npassword = "secret{n:03}"\ncancel_on_disconnect = false\n'
    text += f'[[participant]]\nname = "TRADER"\nlogin = "TRADER"\npassword = "twin"\nudp = "{VENUE}:{ORDERS}"\n'
    return text + '[[drop_copy]]\nlogin = "COPY"\npassword = "read"\nparticipant = "TRADER"\n'


def trader_config(path, orders):
    frames = orders == "frames"
    text = f"""
[clock]
frequency_mhz = 322.265625
[feed]
line_a = "{LINES[0]}"
line_b = "{LINES[1]}"
first_sequence = 0
gap_timeout_us = 100000
[session]
any_session = true
symbols_start_trading = false
[order]
destination_mac = "02:00:00:00:00:02"
source_mac = "02:00:00:00:00:01"
destination = "{VENUE}:{ORDERS}"
source = "{TRADER}:40000"
time_in_force = "0"
[risk]
max_gross = "2000000.00"
max_open_orders = {MAX_OPEN}
rate_per_second = 200
rate_burst = 10
duplicate_window_us = 1000
[defaults.rules.imbalance]
quantity = 100
cooldown_us = 20000
ratio = 1.5
max_spread = "1.00"
sides = "both"
[defaults.rules.momentum]
quantity = 50
cooldown_us = 20000
min_shares = 100
sides = "both"
[defaults.rules.cancel]
cooldown_us = 5000
distance = "0.02"
[defaults.limits]
permit = "both"
max_quantity = {MAX_QUANTITY}
max_notional = "50000.00"
max_position = {MAX_POSITION}
collar = "5.00"
[live]
from = "udp:{",".join(LINES)}@vb"
{f'to = "udp:{VENUE}:{ORDERS}@vd"' if frames else ''}
path = "{path}"
control = "trader.sock"
record = "record.pcap"
arm_lag_ms = 50
stop_timeout_ms = 10000
[journal]
folder = "trader-journal"
[exchange]
address = "{VENUE}:{OUCH}"
account = "TRADER"
password = "twin"
drop_copy = "COPY"
drop_copy_password = "read"
journal = "trader-exchange"
orders = "{orders}"
heartbeat_ms = 300
silence_ms = 2000
login_timeout_ms = 2000
reconnect_first_ms = 20
reconnect_last_ms = 500
start_timeout_s = 60
[recovery]
rerequest = "{VENUE}:{REREQUEST}"
glimpse = "{VENUE}:{GLIMPSE}"
account = "TRADER"
password = "twin"
"""
    for n, (name, price) in enumerate(SYMBOLS.items(), 1):
        text += f'[[symbol]]\nname = "{name}"\nlocate = {n}\ntick = "0.01"\nwindow_center = "{price}"\n'
        text += f'limits.reference_price = "{price}"\n'
    return text


class Account:
    """What the venue's stream of the trader's account tells, and whether it keeps the promises."""

    def __init__(self):
        self.orders, self.rejected, self.matches = {}, set(), set()
        self.live = {}  # of the orders, those that are open
        self.shares, self.cash, self.worst = {}, {}, 0

    def message(self, m):
        kind = m[:1]
        if kind in b"JC":
            number = struct.unpack_from(">I", m, 9)[0]
        if kind == b"A":
            number, side, quantity, symbol, price = struct.unpack_from(">IcI8sQ", m, 9)
            if number in self.orders:
                raise Failure(f"order {number} was taken twice")
            if quantity > MAX_QUANTITY:
                raise Failure(f"order {number} is of {quantity} shares, more than {MAX_QUANTITY}")
            order = {"sign": 1 if side == b"B" else -1, "symbol": symbol.decode().strip(), "open": quantity, "done": 0,
                     "asked": (side, quantity, symbol, price)}
            self.orders[number] = self.live[number] = order
            self.check(order["symbol"])
        elif kind == b"J":
            if number in self.orders:
                raise Failure(f"order {number} was taken and rejected")
            self.rejected.add(number)
        elif kind == b"E":
            number, quantity, price, _, match = struct.unpack_from(">IIQcQ", m, 9)
            order = self.orders[number]
            if (number, match) in self.matches or quantity > order["open"]:
                raise Failure(f"order {number} was filled twice")
            self.matches.add((number, match))
            order["done"] += quantity
            self.take(number, quantity)
            symbol = order["symbol"]
            self.shares[symbol] = self.shares.get(symbol, 0) + order["sign"] * quantity
            self.cash[symbol] = self.cash.get(symbol, 0) - order["sign"] * quantity * price
            self.check(symbol)
        elif kind == b"C":
            self.take(number, struct.unpack_from(">I", m, 13)[0])

    def take(self, number, quantity):
        order = self.orders[number]
        order["open"] -= quantity
        if order["open"] < 0:
            raise Failure(f"order {number} lost more than it had")
        if order["open"] == 0:
            self.live.pop(number)

    def check(self, symbol):
        """The position may never come to more than the limit, whatever of the open orders is filled."""
        buy = sum(o["open"] for o in self.live.values() if o["symbol"] == symbol and o["sign"] > 0)
        sell = sum(o["open"] for o in self.live.values() if o["symbol"] == symbol and o["sign"] < 0)
        at = self.shares.get(symbol, 0)
        worst = max(at + buy, sell - at)
        self.worst = max(self.worst, worst)
        if worst > MAX_POSITION:
            raise Failure(f"{symbol}: {at} shares and {buy} to buy, {sell} to sell: more than {MAX_POSITION}")
        if len(self.live) > MAX_OPEN:
            raise Failure(f"{len(self.live)} orders open, more than {MAX_OPEN}")


class ClosedLoop:
    """Everything of one loop, in a folder of its own."""

    def __init__(self, command, folder, path="sw:", orders="frames", seed=1, rate=300, say=lambda text: None):
        self.command, self.folder, self.path, self.rate, self.say = command, pathlib.Path(folder), path, rate, say
        self.rng = random.Random(seed)
        self.a, self.b = (f"loop{os.getpid()}{end}" for end in "ab")
        self.venue = self.flow = self.trader = self.relay = None
        self.seed, self.told = seed, {}
        self.account, self.copied = Account(), 0
        self.faults, self.compared, self.lives = {}, 0, 0
        self.downtime = 0.0
        (self.folder / "venue.toml").write_text(venue_config())
        (self.folder / "trader.toml").write_text(trader_config(path, orders))

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
        for record in self.folder.glob("record*"):
            record.unlink()
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
        self.compared += 1

    # ---- faults ----

    def lose(self, a, b):
        self.relay.stdin.write(f"{float(a)} {float(b)}\n")
        self.relay.stdin.flush()

    def befall(self, name):
        before = self.wait_for("the trader to arm", self.armed)
        begun = time.monotonic()
        getattr(self, f"fault_{name}")()
        self.wait_trading(90)
        self.faults.setdefault(name, []).append(time.monotonic() - begun)
        self.say(f"{name}: trading again after {time.monotonic() - begun:.1f} s")
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

    FAULTS = ("one_line", "both_lossy", "both_lines", "lost_gap", "session_cut", "half_open", "venue_killed", "trader_killed",
              "both_killed", "trader_slow", "venue_slow")

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
        self.flow.kill()
        self.flow.wait()
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
        text = (self.folder / "trader.toml").read_text()
        text = text[:text.index("[live]")] + text[text.index("[[symbol]]"):]
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


def run_loop(command, folder, faults, path="sw:", orders="frames", seed=1, rate=300, say=lambda text: None, again="sw:"):
    """Befalls the loop with these faults, in their order and at random moments, comparing between them and at the end."""
    loop = ClosedLoop(command, folder, path, orders, seed, rate, say)
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
