# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Chromium without a window, driven through the DevTools protocol (https://chromedevtools.github.io/devtools-protocol)."""

import base64
import collections
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import time

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def why_not():
    return None if CHROMIUM else "Chromium is not installed"


class _Socket:
    """A WebSocket to this machine, for texts."""

    def __init__(self, url):
        host, _, path = url.removeprefix("ws://").partition("/")
        name, _, port = host.partition(":")
        self._socket = socket.create_connection((name, int(port)), timeout=60)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        self._input = self._socket.makefile("rb")
        assert self._input.readline().startswith(b"HTTP/1.1 101 ")
        while self._input.readline() != b"\r\n":
            pass

    def send(self, text):
        payload = text.encode()
        size = len(payload)
        # The mask is zero, which leaves the payload as it is.
        length = bytes([0x80 | size]) if size < 126 else (
            b"\xfe" + struct.pack(">H", size) if size < 1 << 16 else b"\xff" + struct.pack(">Q", size))
        self._socket.sendall(b"\x81" + length + bytes(4) + payload)

    def receive(self, seconds):
        """The next text; None if none comes in time."""
        text = b""
        while True:
            # What is buffered counts as there.
            self._socket.settimeout(seconds)
            try:
                first, size = self._input.read(2)
            except (TimeoutError, ValueError):
                # A read that timed out leaves the file unusable.
                self._input = self._socket.makefile("rb")
                return None
            self._socket.settimeout(60)
            if size == 126:
                size, = struct.unpack(">H", self._input.read(2))
            elif size == 127:
                size, = struct.unpack(">Q", self._input.read(8))
            text += self._input.read(size)
            if first & 0x80:
                return text.decode()

    def close(self):
        self._input.close()
        self._socket.close()


class Browser:
    """A browser with one page. Downloads go to `downloads`, and are complete when `download()` says so."""

    def __init__(self, *arguments):
        self._folder = tempfile.TemporaryDirectory()
        self.downloads = pathlib.Path(self._folder.name, "downloads")
        self.downloads.mkdir()
        self._process = subprocess.Popen(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--no-first-run",
             f"--user-data-dir={self._folder.name}/profile", *arguments, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "HOME": self._folder.name})
        for line in self._process.stderr:
            if "DevTools listening on " in line:
                break
        else:
            raise AssertionError("Chromium does not start")
        self._socket = _Socket(line.split()[-1])
        self._number, self._events = 0, collections.deque()
        self._session = None
        target = self.command("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.command("Browser.setDownloadBehavior", behavior="allowAndName", downloadPath=str(self.downloads), eventsEnabled=True)
        for domain in ("Page", "Runtime", "DOM", "Log"):
            self.command(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()
        self._process.terminate()
        self._process.wait()
        self._process.stderr.close()
        # Its helpers may still write.
        for _ in range(20):
            try:
                self._folder.cleanup()
                break
            except OSError:
                time.sleep(0.1)

    # Commands and events

    def command(self, method, **parameters):
        """The result of a command."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session and not method.startswith("Browser."):
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            text = self._socket.receive(60)
            if text is None:
                raise AssertionError(f"no answer to {method}")
            answer = json.loads(text)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]
            self._events.append(answer)

    def wait(self, method, seconds=60, **expected):
        """The parameters of the next event of that name, with these of its values."""
        deadline = time.monotonic() + seconds
        passed = []
        try:
            while True:
                if not self._events:
                    text = self._socket.receive(max(deadline - time.monotonic(), 0.01))
                    if text is None:
                        raise AssertionError(f"no {method} within {seconds} s")
                    self._events.append(json.loads(text))
                event = self._events.popleft()
                values = event.get("params", {})
                if event.get("method") == method and all(values.get(name) == value for name, value in expected.items()):
                    return values
                passed.append(event)
        finally:
            self._events.extendleft(reversed(passed))

    # The page

    def open(self, url):
        self._events.clear()
        self.command("Page.navigate", url=url)
        self.wait("Page.loadEventFired")

    def evaluate(self, script):
        """The value of an expression; promises are awaited."""
        result = self.command("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise AssertionError(result["exceptionDetails"])
        return result["result"].get("value")

    def until(self, script, seconds=60):
        """Waits until an expression is true."""
        deadline = time.monotonic() + seconds
        while not (value := self.evaluate(script)):
            if time.monotonic() > deadline:
                raise AssertionError(f"{script} is not true within {seconds} s; the page: {self.text()}")
            time.sleep(0.05)
        return value

    def text(self):
        """The page's text, also where scripts are off."""
        root = self.command("DOM.getDocument", depth=-1)["root"]

        def texts(node):
            if node["nodeName"] in ("SCRIPT", "STYLE", "TITLE"):
                return
            if node["nodeType"] == 3:
                yield node["nodeValue"]
            for child in node.get("children", []):
                yield from texts(child)

        return " ".join(" ".join(texts(root)).split())

    def find(self, selector):
        root = self.command("DOM.getDocument")["root"]["nodeId"]
        node = self.command("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        if not node:
            raise AssertionError(f"the page has no {selector}")
        return node

    def click(self, selector):
        """Clicks with the mouse, as users do."""
        node = self.find(selector)
        self.command("DOM.scrollIntoViewIfNeeded", nodeId=node)
        box = self.command("DOM.getBoxModel", nodeId=node)["model"]["content"]
        place = {"x": (box[0] + box[4]) / 2, "y": (box[1] + box[5]) / 2, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=kind, **place)

    def choose(self, selector, *files):
        """Chooses files for an input."""
        self.command("DOM.setFileInputFiles", nodeId=self.find(selector), files=[str(file) for file in files])

    def screenshot(self, file):
        data = self.command("Page.captureScreenshot", format="png")["data"]
        pathlib.Path(file).write_bytes(base64.b64decode(data))

    def set_dark(self, is_dark):
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])

    def set_scripts(self, are_on):
        self.command("Emulation.setScriptExecutionDisabled", value=not are_on)

    # Downloads

    def download(self, seconds=120):
        """Waits for the end of a download; the file, or None if it failed."""
        begun = self.wait("Browser.downloadWillBegin", seconds)
        return self.download_end(begun["guid"], seconds)

    def download_end(self, guid, seconds=120):
        deadline = time.monotonic() + seconds
        while True:
            progress = self.wait("Browser.downloadProgress", max(deadline - time.monotonic(), 0.01), guid=guid)
            if progress["state"] == "completed":
                return self.downloads / guid
            if progress["state"] == "canceled":
                return None
