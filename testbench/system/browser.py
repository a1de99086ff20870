"""A headless Chromium that a test leads: one page, through the DevTools protocol on two pipes
(https://chromedevtools.github.io/devtools-protocol/, --remote-debugging-pipe: JSON texts, each ended by a zero byte)."""

import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import time

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def find_browser():
    return next((p for p in PROGRAMS if shutil.which(p)), None)


class BrowserError(Exception):
    pass


class Browser:
    """Keeps its profile in `folder`; `complaints` are what the page threw, logged as errors, or was refused."""

    def __init__(self, program, folder, width=1280, height=1000):
        self.seconds = 120  # that one answer may take
        self.number, self.session, self.buffer, self.complaints = 0, None, b"", []
        read_end, self.to = os.pipe()
        self.come, write_end = os.pipe()
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{read_end} 4>&{write_end}', "bash", program, "--headless", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-extensions",
             "--disable-sync", "--no-first-run", "--hide-scrollbars", "--remote-debugging-pipe",
             f"--user-data-dir={folder}"],
            pass_fds=(read_end, write_end), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read_end)
        os.close(write_end)
        try:
            target = self.call("Target.createTarget", url="about:blank")["targetId"]
            self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Log"):
                self.call(f"{domain}.enable")
            self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        except BaseException:
            self.close()
            raise

    def close(self):
        """Also ends it when it hangs."""
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(timeout=20)
        except (BrowserError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.come)

    def call(self, method, **parameters):
        """The result of one command."""
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        data = json.dumps(request).encode() + b"\0"
        try:
            while data:
                data = data[os.write(self.to, data):]
        except BrokenPipeError:
            raise BrowserError(f"{method}: the browser has ended, status {self.process.wait()}") from None
        end = time.monotonic() + self.seconds
        while True:
            message = self._next(end, method)
            if message.get("id") == self.number:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error']['message']}")
                return message["result"]
            self._note(message)

    def _next(self, end, method):
        while b"\0" not in self.buffer:
            if not select.select([self.come], [], [], max(0, end - time.monotonic()))[0]:
                raise BrowserError(f"{method}: no answer within {self.seconds} s")
            more = os.read(self.come, 1 << 16)
            if not more:
                raise BrowserError(f"{method}: the browser has ended, status {self.process.wait()}")
            self.buffer += more
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def _note(self, message):
        parameters = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description") or details["text"])
        elif message.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.complaints.append(parameters["entry"]["text"])

    def open(self, url):
        failed = self.call("Page.navigate", url=url).get("errorText")
        if failed:
            raise BrowserError(f"{url}: {failed}")

    def evaluate(self, script):
        """The value of an expression in the page."""
        done = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in done:
            raise BrowserError(f"{script}: {done['exceptionDetails'].get('exception', {}).get('description')}")
        return done["result"].get("value")

    def text(self, selector):
        """What is shown of an element, None where there is none."""
        return self.evaluate(f"(e=>e&&e.innerText)(document.querySelector({json.dumps(selector)}))")

    def click(self, selector):
        """The left button of the mouse on the middle of what is shown there; what lies over it gets the click, as it would."""
        place = self.evaluate(f"(e=>{{e.scrollIntoView({{block:'center'}});const r=e.getBoundingClientRect();"
                              f"return r.width&&r.height?[r.x+r.width/2,r.y+r.height/2]:null}})"
                              f"(document.querySelector({json.dumps(selector)}))")
        if place is None:
            raise BrowserError(f"{selector} is not shown")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def picture(self, file):
        """A PNG of what the window shows."""
        self.evaluate("window.scrollTo(0,0)")
        pathlib.Path(file).write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
