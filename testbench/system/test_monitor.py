"""`twinpath monitor`: its figures against `twinpath top` and the run's own, its events, the kill switch, and clients that are
wrong, slow, many or hostile."""

import http.client
import json
import mmap
import os
import pathlib
import random
import re
import shutil
import select
import signal
import socket
import struct
import subprocess

import prometheus_text
from command import LONG, PATIENCE
from test_processes import ProcessRuns
from test_run import LIVE, Runs

# Places in a file of counters (host/ipc/stats.h), behind 4,096 bytes of header.
HEARTBEAT, COUNTERS, NAMES = 4096 + 8, 4096 + 16, 4096 + 24
NAME_CHARS, MOST = 40, 256
VALUES = NAMES + NAME_CHARS * MOST


class StatsFile:
    """A file of counters that a process left, written by hand."""

    def __init__(self, path):
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)

    def index(self, name):
        for i in range(struct.unpack_from("<I", self.memory, COUNTERS)[0]):
            at = NAMES + i * NAME_CHARS
            if self.memory[at:at + NAME_CHARS].rstrip(b"\0") == name.encode():
                return i
        raise KeyError(name)

    def set(self, name, value):
        struct.pack_into("<Q", self.memory, VALUES + 8 * self.index(name), value)

    def rename(self, name, new):
        at = NAMES + self.index(name) * NAME_CHARS
        self.memory[at:at + NAME_CHARS] = new.ljust(NAME_CHARS, b"\0")


class Monitors:
    """What each case needs of a monitor; beside a SystemTest."""

    def monitor(self, *arguments):
        process = subprocess.Popen([self.command, "monitor", "--listen", "127.0.0.1:0", *map(str, arguments)], cwd=self.folder,
                                   text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        line = process.stderr.readline()
        found = re.match(r"monitor: http://127\.0\.0\.1:(\d+)/$", line)
        self.assertIsNotNone(found, f"the monitor did not open: {line}")
        self.port = int(found.group(1))
        return process

    def ask_monitor(self, path="/metrics", method="GET", headers=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text

    def metrics(self):
        answer, text = self.ask_monitor()
        self.assertEqual((answer.status, answer.headers["Content-Type"]),
                         (200, "text/plain; version=0.0.4; charset=utf-8"))
        return prometheus_text.parse(text)

    def events(self):
        """Each state as it comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", "/events")
        answer = connection.getresponse()
        self.addCleanup(connection.close)
        self.addCleanup(answer.close)
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "text/event-stream"))
        kind = None
        while True:
            line = answer.readline().decode()
            if not line:
                return
            if line.startswith("event: "):
                kind = line[7:-1]
            elif line.startswith("data: "):
                self.assertEqual(kind, "state")
                yield json.loads(line[6:])

    def token(self):
        answer, page = self.ask_monitor("/")
        self.assertEqual(answer.status, 200)
        return re.search(r'<meta name="token" content="([0-9a-f]*)">', page).group(1)

    def kill_switch(self, token):
        return self.ask_monitor("/kill", "POST", {} if token is None else {"X-Twinpath-Token": token})

    def raw(self, data, end=False):
        """The status that the bytes are answered with; None when the connection ends without an answer."""
        for _ in range(3):
            status = self.raw_once(data, end)
            if status != 408:
                break  # else we got no processor between connecting and asking
        return status

    def raw_once(self, data, end):
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as s:
            try:
                s.sendall(data)
                if end:
                    s.shutdown(socket.SHUT_WR)
                answer = b""
                while b"\r\n" not in answer and (more := s.recv(4096)):
                    answer += more
            except ConnectionError:
                return None
            found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
            return int(found.group(1)) if found else None

    def top_counters(self, folder):
        """{(process, counter or histogram): value} of `twinpath top`."""
        page = self.run_command("top", folder, "--once", "--all").stdout
        shown, process = {}, None
        for line in page.splitlines():
            if found := re.match(r"(\S+): process \d+, ", line):
                process = found.group(1)
            else:
                name, value = re.match(r"  (\S.*?) +(\d+)(?:  p50 .*)?$", line).groups()
                shown[process, name] = int(value)
        return shown

    def assert_metrics_are_those_of_top(self, samples, shown):
        seen = {}
        for (name, labels), value in samples.items():
            process = dict(labels).get("process")
            reason = dict(labels).get("reason")
            seen[process, f"rejected: {reason}" if reason else name] = value
        for (process, name), value in shown.items():
            if name.startswith("rejected: "):
                keys = [name]
            else:
                plain = "twinpath_" + re.sub(r"[^a-z0-9]+", "_", name.lower().removesuffix(", ns"))
                keys = [plain + "_total", plain, plain + "_seconds_count"]
            found = [seen[process, k] for k in keys if (process, k) in seen]
            self.assertEqual(found, [value], f"{process}: {name}")


class MonitorOfARun(Monitors, Runs):
    def finished_run(self, more=""):
        self.live_config(LIVE + 'stats = "stats"\n' + more)
        done = self.run_command("run", "--config", "session.toml")
        return re.match(r"(\d+) frames, (\d+) orders, (\d+) cancels", done.stdout).groups()

    def test_metrics_are_those_of_top_and_of_the_run(self):
        frames, orders, cancels = map(int, self.finished_run())
        process = self.monitor("--config", "session.toml")
        samples = self.metrics()
        run = (("process", "run"),)
        self.assertEqual([samples[f"twinpath_{n}_total", run] for n in ("frames", "orders", "cancels")],
                         [frames, orders, cancels])
        self.assertEqual(samples["twinpath_up", run], 0)
        shown = self.top_counters("stats")
        self.assertGreater(len(shown), 20)
        self.assert_metrics_are_those_of_top(samples, shown)
        # Faults: a figure that differs, one that is not there.
        wrong = dict(samples)
        wrong["twinpath_orders_total", run] += 1
        less = {k: v for k, v in samples.items() if dict(k[1]).get("reason") != "kill"}
        for fault in (wrong, less):
            with self.assertRaises(AssertionError):
                self.assert_metrics_are_those_of_top(fault, shown)
        # By its folder alone it is the same.
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=PATIENCE), 0)
        self.monitor("stats")
        self.assert_metrics_are_those_of_top(self.metrics(), shown)

    def test_reader_of_the_format_takes_nothing_else(self):
        good = '# HELP a_total x\n# TYPE a_total counter\na_total{b="c\\"d"} 1\n'
        self.assertEqual(prometheus_text.parse(good), {("a_total", (("b", 'c"d'),)): 1})
        for wrong in (good[:-1], good.replace("# TYPE", "# KIND"), good + 'a_total{b="c\\"d"} 2\n', good.replace("_total", ""),
                      good.replace('c\\"d', 'c"d'), good.replace(" 1\n", " -1\n"), good.replace(" 1\n", " one\n"), "a 1\n",
                      "# HELP h x\n# TYPE h histogram\n" 'h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_count 1\n',
                      "# HELP h x\n# TYPE h histogram\n" 'h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_count 3\n'):
            with self.assertRaises(ValueError, msg=wrong):
                prometheus_text.parse(wrong)

    def test_events_follow_the_counters(self):
        self.finished_run()
        self.monitor("--config", "session.toml", "--every", "0.1")
        file = StatsFile(self.folder / "stats" / "run.stats")
        states = self.events()
        first = next(states)
        self.assertEqual([p["name"] for p in first["processes"]], ["run"])
        self.assertEqual(first["processes"][0]["state"], "gone")
        for value in (123_456, 123_457):
            file.set("orders", value)
            self.until(lambda: next(states)["processes"][0]["counters"]["orders"] == value, f"an event with {value}")
        # A second reader, and what the first asks for beside its stream.
        self.assertEqual(next(self.events())["processes"][0]["counters"]["orders"], 123_457)
        self.assertEqual(self.metrics()["twinpath_orders_total", (("process", "run"),)], 123_457)

    def test_names_that_no_process_gives_are_text(self):
        self.finished_run()
        file = StatsFile(self.folder / "stats" / "run.stats")
        file.rename("rejected: kill", b'rejected: a"b\\c\xff<script>')
        file.rename("fills", b"x" * NAME_CHARS)  # without an end
        self.monitor("stats")
        samples = self.metrics()
        self.assertIn(("twinpath_rejections_by_reason_total", (("process", "run"), ("reason", 'a"b\\c?<script>'))), samples)
        self.assertIn(("twinpath_" + "x" * NAME_CHARS + "_total", (("process", "run"),)), samples)
        self.assertIn("x" * NAME_CHARS, next(self.events())["processes"][0]["counters"])

    def test_page_stands_alone_and_allows_only_its_own_script(self):
        self.finished_run()
        self.monitor("--config", "session.toml")
        answer, page = self.ask_monitor("/")
        policy = answer.headers["Content-Security-Policy"]
        nonce = re.search(r"script-src 'nonce-([0-9a-f]{32})'", policy).group(1)
        self.assertIn("default-src 'none'", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertEqual(re.findall(r"<script[^>]*>", page), [f'<script nonce="{nonce}">'])
        self.assertEqual(re.findall(r"""(?:src|href)=["']?(?!data:,)[^"' >]+""", page), [])
        self.assertNotIn("http", page.replace("http-equiv", ""))
        self.assertNotEqual(re.search(r"nonce-([0-9a-f]{32})", self.ask_monitor("/")[0].headers["Content-Security-Policy"]).group(1),
                            nonce)
        self.assertEqual(self.token(), "")  # no control socket: no kill switch
        self.assertIn("no control socket", page)
        self.assertEqual(self.kill_switch("")[0].status, 403)
        if shutil.which("node"):
            script = re.search(r"(?s)<script[^>]*>(.*)</script>", page).group(1)
            (self.folder / "page.js").write_text(script)
            subprocess.run(["node", "--check", "page.js"], cwd=self.folder, check=True)

    def test_wrong_requests_are_refused_and_harm_nobody(self):
        self.finished_run()
        process = self.monitor("stats")
        host = b"Host: localhost\r\n"
        for status, data in [
            (400, b"\r\n\r\n"), (400, b"GET\r\n\r\n"), (400, b"GET /\r\n" + host + b"\r\n"), (400, b"\x16\x03\x01\x02\x00\x01\x00"),
            (400, b"GET / HTTP/1.1\n"), (400, b"GET / HTTP/1.1\r\nHost localhost\r\n\r\n"), (400, b"GET / HTTP/1.1\r\n\r\n"),
            (400, b"GET / HTTP/1.1\r\n" + host + host + b"\r\n"), (400, b"GET / HTTP/1.1\r\n" + host + b" more: x\r\n\r\n"),
            (400, b"GET / HTTP/1.1\r\n" + host + b"a\x00b: c\r\n\r\n"), (400, b"GET http://x/ HTTP/1.1\r\n" + host + b"\r\n"),
            (400, b"GET / x HTTP/1.1\r\n" + host + b"\r\n"), (400, b"GET / GARBAGE\r\n" + host + b"\r\n"),
            (505, b"GET / HTTP/2.0\r\n" + host + b"\r\n"), (400, b"POST /kill HTTP/1.1\r\n" + host + b"Content-Length: -1\r\n\r\n"),
            (400, b"POST /kill HTTP/1.1\r\n" + host + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
            (413, b"POST /kill HTTP/1.1\r\n" + host + b"Content-Length: 1025\r\n\r\n"),
            (413, b"POST /kill HTTP/1.1\r\n" + host + b"Content-Length: 99999999999999999999999\r\n\r\n"),
            (501, b"POST /kill HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            (414, b"GET /" + b"a" * 3000), (431, b"GET / HTTP/1.1\r\n" + host + b"x: " + b"a" * 9000),
            (431, b"GET / HTTP/1.1\r\n" + host + b"x: y\r\n" * 3000),
            (421, b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"), (421, b"GET / HTTP/1.1\r\nHost: 1.2.3.4.evil.example:80\r\n\r\n"),
            (404, b"GET /../etc/passwd HTTP/1.1\r\n" + host + b"\r\n"), (404, b"GET /kills HTTP/1.1\r\n" + host + b"\r\n"),
            (405, b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 0\r\n\r\n"), (405, b"GET /kill HTTP/1.1\r\n" + host + b"\r\n"),
            (403, b"POST /kill HTTP/1.1\r\n" + host + b"\r\n"),
            (200, b"GET /metrics?x=1 HTTP/1.0\r\nhost: 127.0.0.1:1\r\n\r\n"), (200, b"HEAD / HTTP/1.1\r\nHost: [::1]\r\n\r\n"),
        ]:
            self.assertEqual(self.raw(data), status, data[:80])
        self.assertIsNone(self.raw(b"GET / HT", end=True))
        chance = random.Random(7)
        good = b"POST /kill HTTP/1.1\r\n" + host + b"Content-Length: 3\r\nX-Twinpath-Token: 0\r\n\r\nabc"
        for _ in range(300):
            wrong = bytearray(good)
            for _ in range(chance.randint(1, 4)):
                at = chance.randrange(len(wrong))
                wrong[at:at + chance.randint(0, 2)] = bytes(chance.randrange(256) for _ in range(chance.randint(0, 3)))
            status = self.raw(bytes(wrong), end=True)
            self.assertTrue(status is None or 400 <= status < 600, (status, bytes(wrong)))
        self.assertIsNone(process.poll(), "the monitor has ended")
        self.metrics()

    def test_slow_and_many_clients_hold_up_nobody(self):
        self.finished_run()
        process = self.monitor("stats", "--every", "0.1")

        def client(says=b"", buffer=None):
            s = socket.socket()
            self.addCleanup(s.close)
            if buffer:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            s.settimeout(PATIENCE)
            s.connect(("127.0.0.1", self.port))
            s.sendall(says)
            return s

        def has_answers(those):
            return select.select(those, [], [], 0)[0]

        ask = b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"
        # Readers that take nothing: what is sent to them does not pile up.
        deaf = [client(ask, 4096) for _ in range(8)]
        held = []

        def others_come_first():
            held[:] = [client() for _ in range(10)] + [client(b"GET / HT")]
            self.metrics()
            next(self.events())
            return not has_answers(held)
        self.until(others_come_first, "answers to others before those who do not ask are refused")
        # A request that does not end is refused; one that has said nothing too.
        for s in held:
            self.assertTrue(s.recv(4096).startswith(b"HTTP/1.1 408 "))

        def most_streams():
            """No more than there may be."""
            streams = [client(ask) for _ in range(20)]
            refused = sum(s.recv(12) == b"HTTP/1.1 503" for s in streams)
            for s in streams:
                s.close()
            return refused >= 4
        self.until(most_streams, "streams that are refused")

        def most_connections():
            """No more than there may be, and who asks hears it. Those who say nothing are let go after a while: all at once."""
            many = []
            for _ in range(200):
                s = socket.socket()
                s.setblocking(False)
                s.connect_ex(("127.0.0.1", self.port))
                many.append(s)
            status = self.raw_once(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", False)
            self.assertLess(len(os.listdir(f"/proc/{process.pid}/fd")), 160)  # 64, and as many that are refused
            for s in many:
                s.close()
            return status == 503
        self.until(most_connections, "a connection that is refused")
        self.until(lambda: self.raw(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n") == 200, "room again")
        for s in deaf:
            s.close()
        self.metrics()
        self.assertIsNone(process.poll())
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        self.assertLess(int(re.search(r"VmRSS:\s+(\d+)", status).group(1)), 200_000)

    def test_a_run_that_does_not_answer_holds_up_nobody(self):
        self.finished_run('control = "deaf"\n')
        # A control socket whose process takes a connection and says nothing, and then takes no more: as many as wait for it, and
        # one more.
        def others_come_first():
            """While the monitor waits for the run it answers, and its events go on."""
            deaf = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self.addCleanup(deaf.close)
            (self.folder / "deaf").unlink(missing_ok=True)
            deaf.bind(str(self.folder / "deaf"))
            deaf.listen(0)
            deaf.settimeout(PATIENCE)
            monitor = self.monitor("--config", "session.toml", "--every", "0.1")
            states = self.events()
            self.assertIsNone(next(states)["session"], "the run was waited for")
            asked = deaf.accept()[0]
            self.addCleanup(asked.close)
            self.metrics()
            if next(self.events())["session"] is None:
                return states
            monitor.kill()  # we got no processor before it gave up
            return None
        states = self.until(others_come_first, "answers to others while the run is asked")
        state = next(s for s in states if s["session"] is not None)
        self.assertFalse(state["session"]["ok"])
        self.assertIn("a run that answers", state["session"]["errors"][0])
        token = self.token()
        self.assertEqual(len(token), 32)
        for _ in range(3):
            answer, text = self.kill_switch(token)
            self.assertEqual(answer.status, 502)
            self.assertIn("a run that answers", text)
        self.metrics()

    def test_mistakes_are_one_line(self):
        self.live_config()
        self.assert_fails("monitor", names=["--config", "neither"])
        self.assert_fails("monitor", "stats", "--config", "session.toml", names=["both"])
        self.assert_fails("monitor", "--config", "session.toml", names=["session.toml", "[processes]", "stats in [live]"])
        self.assert_fails("monitor", "--config", "absent.toml", names=["absent.toml"])
        for listen in ("here", "127.0.0.1", "127.0.0.1:99999", "nowhere:1", "[::1:80"):
            self.assert_fails("monitor", "stats", "--listen", listen, names=["--listen", listen])
        self.monitor("stats")
        self.assert_fails("monitor", "stats", "--listen", f"127.0.0.1:{self.port}", names=["--listen", "in use"])
        # Nothing there yet is no mistake: a run may begin later.
        self.assertEqual(self.metrics(), {})
        self.assertIn("no process", next(self.events())["notes"][0])


class MonitorOfProcesses(Monitors, ProcessRuns):
    def test_books_orders_and_the_kill_switch(self):
        self.configure(options=LONG)
        self.all_up()
        process = self.monitor("--config", "session.toml", "--every", "0.1")
        token = self.token()
        sender = self.sender("0.2")
        self.until(lambda: self.counter("orders") > 10, "orders")

        def state_where(condition, what):
            states = self.events()

            def found():
                state = next(states)
                return condition(state) and state
            return self.until(found, what)
        up = {n: "up" for n in ("feed", "orders", "strategy.rules", "strategy.market_maker")}
        state = state_where(lambda s: len(s["orders"]) > 10 and s["session"] and s["session"].get("armed") and s["feed"]["alive"]
                            and {p["name"]: p["state"] for p in s["processes"]} == up, "orders, and all processes")
        self.assertEqual((state["manager"]["armed"], state["manager"]["killed"]), (True, False))
        self.assertEqual(len(state["books"]), 8)
        state_where(lambda s: any(b["trusted"] and b["bid"] and b["ask"] and b["bid"]["price"] < b["ask"]["price"] for b in s["books"]),
                    "a book that is trusted and orderly")
        sent = [o for o in state["orders"] if o["what"] == "sent"]
        self.assertLessEqual({o["strategy"] for o in sent}, {"rules", "market_maker"})
        self.assertTrue(all(o["order"] and o["quantity"] and o["price"] for o in sent))
        # Without the token, with another, or as another kind of request: nothing happens.
        for wrong in (None, "", token[:-1], token[:-1] + ("0" if token[-1] != "0" else "1"), token.upper() + "x"):
            self.assertEqual(self.kill_switch(wrong)[0].status, 403)
        self.assertEqual(self.ask_monitor(f"/kill?token={token}")[0].status, 405)
        self.assertFalse(self.ask()["killed"])
        # With it the order manager is killed: no order leaves any more. It is told again while the manager gets no processor.
        def killed():
            answer, text = self.kill_switch(token)
            return answer.status != 502 and (answer.status, text)
        self.assertEqual(self.until(killed, "the kill"), (200, "killed\n"))
        self.assertTrue(self.ask()["killed"])
        orders = self.counter("orders")
        state = state_where(lambda s: s["manager"]["killed"], "the kill")
        self.until(lambda: self.metrics()["twinpath_rejections_by_reason_total", (("process", "orders"), ("reason", "kill"))] > 0
                   or self.ask()["counters"]["refused"] > 0, "refusals")
        self.assertEqual(self.counter("orders"), orders)
        self.assertEqual(self.metrics()["twinpath_manager_killed", ()], 1)
        sender.kill()
        sender.wait()
        self.until_holds(lambda: self.assert_metrics_are_those_of_top(  # counters are copied ten times a second
            {k: v for k, v in self.metrics().items() if "market_updates_missed" not in k[0]},
            {k: v for k, v in self.top_counters(self.shared).items() if k[1] != "market updates missed"}))
        # One that is killed is shown; the monitor goes on, and the run goes on without the monitor.
        self.kill("feed")
        state = state_where(lambda s: not s["feed"]["alive"], "the feed to be missed")
        self.assertFalse(any(b["trusted"] for b in state["books"]))
        self.assertEqual({p["name"]: p["state"] for p in state["processes"]}["feed"], "gone")
        process.kill()
        process.wait()
        self.assertTrue(self.ask()["killed"])
        self.begin("feed")
        self.until(lambda: self.ask(".feed"), "the feed")
        for name in ("strategy rules", "strategy market_maker", "orders", "feed"):
            self.end(name, 3 if name == "orders" and self.ask().get("open_orders") else 0)
