"""The monitor's page in headless Chromium: figures that move, what no process may put there, and the kill switch under the
mouse. With MONITOR_PICTURE=FILE the page of a run of several processes is kept as a picture (scripts/monitor_picture)."""

import os
import shutil
import signal
import time

from browser import Browser, find_browser
from command import LONG, PATIENCE, until
from test_monitor import Monitors, StatsFile
from test_processes import ProcessRuns
from test_run import LIVE, Live, Runs

SLOWLY = "0.02"  # of the session's pace: five hundred seconds where it is LONG, longer than any case looks
PICTURE = (1120, 1080)


class Pages(Monitors):
    """What each case needs of a page; beside a SystemTest."""

    def need_browser(self):
        self.program = find_browser()
        if not self.program:
            self.skipTest("chromium is absent (scripts/install --browser)")

    def open_page(self, *size):
        self.browser = Browser(self.program, self.folder / "profile", *size)
        self.addCleanup(self.browser.close)
        self.browser.open(f"http://127.0.0.1:{self.port}/")
        self.until_page("document.body?.dataset.updates", "the first event")

    def until_page(self, expression, what):
        """The expression's value once it is true."""
        return until(lambda: self.browser.evaluate(expression), what, news=lambda: f"; the page shows\n{self.browser.text('main')}")

    def says(self, text):
        self.until_page(f"document.getElementById('state').textContent.includes({text!r})", f"'{text}'")

    def card(self, name):
        """The figure of a card, a number."""
        return int(self.browser.evaluate(f"[...document.querySelectorAll('.card')].find(c=>c.querySelector('.k').textContent==={name!r})"
                                         ".querySelector('.v').textContent").replace(",", ""))

    def assert_moves(self, name, seconds=PATIENCE):
        """A card's figure rises, twice, while nobody touches the page."""
        seen, end = [self.card(name)], time.monotonic() + seconds
        while len(seen) < 3:
            now = self.card(name)
            self.assertGreaterEqual(now, seen[-1], f"{name} fell")
            if now > seen[-1]:
                seen.append(now)
            self.assertLess(time.monotonic(), end, f"{name} stands still: {seen}")
            time.sleep(0.05)

    def asked(self):
        return self.browser.evaluate("document.getElementById('ask').open")

    def click_kill(self):
        """Once the page offers it: not while the run gets no processor and shows no sign of life."""
        def question():
            self.browser.click("#kill")
            return self.asked()
        self.assertFalse(self.asked())
        self.until(question, "the question whether")

    def press_kill_and_think_again(self, killed):
        """The question alone kills nothing, nor does Cancel."""
        self.click_kill()
        self.assertIn("Stop all orders?", self.browser.text("#ask"))
        self.browser.click("#kill")  # the question lies over the page
        self.browser.click("#no")
        self.assertFalse(self.asked())
        time.sleep(0.5)
        self.assertFalse(killed())

    def press_kill(self):
        """Again where the run gets no processor to answer."""
        killed = "document.getElementById('state').textContent.includes('Killed')"

        def told():
            self.click_kill()
            self.browser.click("#yes")
            self.assertFalse(self.asked())
            self.until_page(f"{killed}||document.getElementById('why').textContent.includes('was not set')", "an answer")
            return self.browser.evaluate(killed)
        self.until(told, "the kill")

    def assert_nothing_complained(self):
        self.assertEqual(self.browser.complaints, [])


class PageOfARun(Pages, Live):
    def setUp(self):
        self.need_browser()
        super().setUp()

    def test_moves_and_its_kill_switch_kills(self):
        run = self.start_run(self.live("af_packet:vb") + 'stats = "stats"\n', options=LONG)
        self.monitor("--config", "session.toml")
        self.open_page()
        self.says("Not armed")
        sender = self.sender(SLOWLY)
        self.says("Armed: orders are sent")
        self.until_page("document.getElementById('link').textContent==='live'", "the connection")
        self.assert_moves("Frames")
        self.assert_moves("Orders")
        # Fault: a run that stands still. Its page says so, and offers no kill switch that nobody would hear.
        run.send_signal(signal.SIGSTOP)
        self.says("shows no sign of life")
        self.assertTrue(self.browser.evaluate("document.getElementById('kill').disabled"))
        self.browser.click("#kill")
        self.assertFalse(self.asked())
        with self.assertRaisesRegex(AssertionError, "Frames stands still"):
            self.assert_moves("Frames", 1)
        run.send_signal(signal.SIGCONT)
        self.says("Armed: orders are sent")
        self.assert_moves("Frames")

        self.press_kill_and_think_again(lambda: self.control("status")["killed"])
        self.press_kill()
        self.says("Killed: no order leaves")
        killed = self.control("status")
        self.assertTrue(killed["killed"])
        self.assertTrue(self.browser.evaluate("document.getElementById('kill').disabled"))
        self.until_page("[...document.querySelectorAll('#rejections tr')].some(r=>/^kill\\s+[1-9]/.test(r.innerText))", "rejections")
        self.assertEqual(self.control("status")["counters"]["orders"], killed["counters"]["orders"])
        self.assertEqual(self.card("Orders"), killed["counters"]["orders"])
        self.control("release")
        self.says("Armed: orders are sent")
        self.assertFalse(self.browser.evaluate("document.getElementById('kill').disabled"))
        sender.kill()
        sender.wait()
        self.end(run)
        self.says("The run is gone")
        self.assert_nothing_complained()


class PageOfProcesses(Pages, ProcessRuns):
    def setUp(self):
        self.need_browser()
        super().setUp()

    def test_shows_books_and_orders_and_kills(self):
        self.configure(options=LONG)
        self.all_up()
        monitor = self.monitor("--config", "session.toml")
        self.open_page(*PICTURE)
        self.sender(SLOWLY)
        self.says("Armed: orders are sent")
        self.until_page("[...document.querySelectorAll('#books tr')].filter(r=>r.innerText.includes('trusted')"
                        "&&!r.innerText.includes('not')).length>=6", "trusted books")
        self.until_page("document.querySelectorAll('#orders tr').length>=20", "orders")
        books = "document.getElementById('books').innerText"
        before = self.browser.evaluate(books)
        self.until_page(f"{books}!=={before!r}", "books that move")
        self.assert_moves("Frames")
        rows = self.browser.evaluate("[...document.querySelectorAll('#books tr')].map(r=>[...r.cells].map(c=>c.innerText))")
        self.assertEqual(len(rows), 8)
        # A market may be locked for a moment, not most of them.
        orderly = [r for r in rows if r[7] == "trusted" and "–" not in (r[2], r[3]) and float(r[2]) < float(r[3])]
        self.assertGreaterEqual(len(orderly), 4, rows)
        self.keep_picture()
        self.press_kill_and_think_again(lambda: self.ask()["killed"])
        self.press_kill()
        self.says("Killed: no order leaves")
        self.assertTrue(self.ask()["killed"])
        # The page outlives the monitor, and says that what it shows is old.
        monitor.kill()
        self.says("The monitor does not answer")
        self.assertTrue(self.browser.evaluate("document.getElementById('kill').disabled"))

    def keep_picture(self):
        self.browser.picture(self.folder / "page.png")
        picture = (self.folder / "page.png").read_bytes()
        self.assertEqual(picture[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual((int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")), PICTURE)
        if os.environ.get("MONITOR_PICTURE"):
            shutil.copyfile(self.folder / "page.png", os.environ["MONITOR_PICTURE"])


class PageOfAFinishedRun(Pages, Runs):
    def test_names_that_no_process_gives_stay_text(self):
        self.need_browser()
        self.live_config(LIVE + 'stats = "stats"\n')
        self.run_command("run", "--config", "session.toml")
        file = StatsFile(self.folder / "stats" / "run.stats")
        for name, hostile in (("rejected: kill", b"rejected: <img src=x onerror=hit()>"),
                              ("fills", b"drop_</td><script>hit()</script>")):
            file.set(name, 7)
            file.rename(name, hostile)
        self.monitor("--config", "session.toml")
        self.open_page()
        self.says("The run is gone")
        self.assertIn("<img src=x onerror=hit()>\t7", self.browser.text("#rejections"))
        self.assertIn("</td><script>hit()</script>\t7", self.browser.text("#drops"))
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('main img, main script').length"), 0)
        self.assertTrue(self.browser.evaluate("document.getElementById('kill').disabled"))
        self.assertIn("no control socket", self.browser.text("#why"))
        self.assert_nothing_complained()
        # Fault: what the page would be without its policy and its care complains here.
        self.browser.evaluate("document.body.insertAdjacentHTML('beforeend','<img src=x onerror=hit()>')")
        self.until_page("document.querySelectorAll('img').length===1", "the image")
        self.assertEqual(self.browser.evaluate("typeof hit"), "undefined")
        self.assertTrue(any("Content Security Policy" in c for c in self.browser.complaints), self.browser.complaints)
