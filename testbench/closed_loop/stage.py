"""What runs in a closed loop: processes in two network namespaces, their clocks, and what they say when they are asked."""

import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from account import Failure
from loop_config import BETWEEN, LINES, OUCH, PARTICIPANTS, RELAYED, VENUE

HERE = pathlib.Path(__file__).resolve().parent


class Stage:
    """In a folder of its own."""

    def __init__(self, command, folder, seed, rate):
        self.command, self.folder, self.seed, self.rate = command, folder, seed, rate
        self.a, self.b = (f"loop{os.getpid()}{end}" for end in "ab")
        self.venue = self.flow = self.trader = self.relay = self.between = None
        self.lives = 0
        self.patience = 2.0  # times as long as is said before waiting is given up
        self.temporary = tempfile.mkdtemp(prefix="loop")  # a short name: sockets of a simulated card lie in it
        self.clock = pathlib.Path(command).resolve().parents[2] / "testbench/closed_loop/libtp_settable_clock.so"
        if not self.clock.exists():
            raise SystemExit(f"closed_loop: expected {self.clock}, found none; build the target tp_settable_clock")
        for who in ("venue", "trader"):
            self.set_clock(who, 0)

    # ---- what runs ----

    def ip(self, *arguments):
        subprocess.run(["ip", *arguments], check=True, capture_output=True)

    def start(self):
        for name in (self.a, self.b):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)  # of one that had our number and was killed
            self.ip("netns", "add", name)
            self.ip("-n", name, "link", "set", "lo", "up")
            self.ip("netns", "exec", name, "sh", "-c",
                    "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6")
        for near, far, net in (("va", "vb", "10.9.0"), ("vc", "vd", "10.9.1")):
            self.ip("link", "add", near, "netns", self.a, "type", "veth", "peer", "name", far, "netns", self.b)
            for name, interface, host in ((self.a, near, 1), (self.b, far, 2)):
                self.ip("-n", name, "address", "add", f"{net}.{host}/24", "dev", interface)
                self.ip("-n", name, "link", "set", interface, "up")
        self.relay = self.spawn_helper("relay", "10.9.0.1", str(RELAYED[0]), LINES[0], str(RELAYED[1]), LINES[1])
        self.start_between()
        self.start_venue()
        self.start_flow()
        self.start_trader()

    def spawn(self, name, namespace, *arguments, **streams):
        """What it says goes to NAME.log. Venue and trader have clocks of their own."""
        environment = {**os.environ, "TMPDIR": self.temporary}
        if name in ("venue", "trader"):
            environment |= {"LD_PRELOAD": str(self.clock), "TWINPATH_TEST_CLOCK": str(self.folder.resolve() / f"{name}.clock")}
        with open(self.folder / f"{name}.log", "a") as log:
            return subprocess.Popen(["ip", "netns", "exec", namespace, *arguments], cwd=self.folder, text=True, env=environment,
                                    **{"stdout": log, "stderr": log, **streams})

    def spawn_helper(self, name, *arguments):
        """One of ours, which is told what to do by lines."""
        helper = self.spawn(name, self.a, sys.executable, "-B", str(HERE / f"{name}.py"), *arguments, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE)
        helper.stdout.readline()
        return helper

    def start_between(self):
        """The one before is forgotten, and with it what it told."""
        self.end(self.between)
        self.between = self.spawn_helper("between", f"{VENUE}:{BETWEEN}", f"{VENUE}:{OUCH}", "TRADER")

    def start_venue(self):
        self.venue = self.spawn("venue", self.a, self.command, "venue", "-q", "--config", "venue.toml")
        self.wait_for("the venue", lambda: self.ask_venue("status"), 60)

    def start_flow(self):
        self.flow = self.spawn("flow", self.a, self.command, "flow", "-q", "--config", "venue.toml", "--participants",
                               str(PARTICIPANTS), "--seed", str(self.seed), "--rate", str(self.rate), "--for", "1000000")

    def start_trader(self):
        self.lives += 1
        self.trader = self.spawn("trader", self.b, self.command, "run", "--config", "trader.toml")

    def stop(self):
        for process in (self.trader, self.flow, self.venue, self.relay, self.between):
            self.end(process)
        for name in (self.a, self.b):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)
        shutil.rmtree(self.temporary, ignore_errors=True)

    @staticmethod
    def end(process):
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    # ---- what they say ----

    def answer(self, name, line):
        """A control socket's answer; None when there is none."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
                s.settimeout(30)
                s.connect(os.path.relpath(self.folder / name))
                s.send(line.encode())
                return json.loads(s.recv(1 << 16))
        except (OSError, ValueError):
            return None

    def ask(self, name, line):
        """The same; None when it is an error, too."""
        answer = self.answer(name, line)
        return answer if answer and answer.get("ok") else None

    def ask_venue(self, line):
        return self.ask("venue.sock", line)

    def tell(self, line="tell"):
        """Tells the process between the trader's sessions and the venue; what it says then."""
        self.between.stdin.write(line + "\n")
        self.between.stdin.flush()
        answer = self.between.stdout.readline()
        if not answer:
            raise Failure("between has ended: " + self.tail("between"))
        return json.loads(answer)

    def status(self):
        return self.ask("trader.sock", "status")

    def wait_for(self, what, done, seconds=60):
        deadline = time.monotonic() + seconds * self.patience
        while time.monotonic() < deadline:
            self.check_alive()
            found = done()
            if found:
                return found
            time.sleep(0.02)
        raise Failure(f"waited for {what} for {seconds} s; trader {json.dumps(self.status())}, venue "
                      f"{json.dumps(self.ask_venue('positions TRADER'))}, logs in {self.folder}")

    def check_alive(self):
        for name in ("venue", "flow", "trader", "relay", "between"):
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

    def tail(self, name, size=1500):
        return (self.folder / f"{name}.log").read_text()[-size:]

    def set_clock(self, who, seconds):
        """The wall clock of the venue or the trader says so much more than this machine's, from here on."""
        file = self.folder / f"{who}.clock"
        with open(file, "r+b" if file.exists() else "wb") as f:
            f.write(struct.pack("=q", int(seconds * 1e9)))

    def left_behind(self):
        """Processes of the trader's namespace that are not the trader: a simulated card goes with the trader that it served."""
        pids = subprocess.run(["ip", "netns", "pids", self.b], text=True, capture_output=True).stdout.split()
        return [p for p in pids if self.trader is None or int(p) != self.trader.pid]
