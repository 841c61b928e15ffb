# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Makes protection domains of a machine in QEMU fault, through QEMU's stub for GDB: stops where a domain has returned from a system
call, and lets it continue at address 0, from which nothing can be fetched."""

import random
import socket
import struct
import subprocess
import time

_PC = 32
_SVC = struct.pack("<I", 0xd4000001)


class Image:
    """A domain's image: where it has its name, and where it continues after system calls."""

    def __init__(self, path, name):
        self.name = name.encode()
        table = subprocess.run(["llvm-nm", "--defined-only", path], check=True, capture_output=True, text=True).stdout
        self.place = next(int(line.split()[0], 16) for line in table.splitlines() if line.split()[2] == "microkit_name")
        sections = subprocess.run(["llvm-readelf", "-SW", path], check=True, capture_output=True, text=True).stdout
        words = next(line.replace("[", " ").replace("]", " ").split() for line in sections.splitlines() if " .text " in line)
        address, offset, size = (int(word, 16) for word in words[3:6])
        with open(path, "rb") as file:
            file.seek(offset)
            text = file.read(size)
        self.returns = [address + index + 4 for index in range(0, len(text) - 4, 4) if text[index:index + 4] == _SVC]


class Killer:
    """A connection to the stub on `port`. The machine runs unless a method says otherwise."""

    def __init__(self, port, seconds=20):
        deadline = time.monotonic() + seconds
        while True:
            try:
                self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        self._bytes = b""
        # The stub knows single registers once it was asked for their description.
        self.ask("qXfer:features:read:target.xml:0,7fb")
        self._send("c")

    def close(self):
        self._socket.close()

    def _send(self, text):
        self._socket.sendall(f"${text}#{sum(text.encode()) & 255:02x}".encode())

    def _receive(self, seconds=60):
        self._socket.settimeout(seconds)
        while True:
            start = self._bytes.find(b"$")
            end = self._bytes.find(b"#", start)
            if start >= 0 and 0 <= end <= len(self._bytes) - 3:
                text = self._bytes[start + 1:end].decode()
                self._bytes = self._bytes[end + 3:]
                self._socket.sendall(b"+")
                return text
            more = self._socket.recv(4096)
            if not more:
                raise AssertionError("QEMU has gone")
            self._bytes += more

    def ask(self, text):
        self._send(text)
        return self._receive()

    def _stop(self):
        self._socket.sendall(b"\x03")
        self._stopped(60)

    def _stopped(self, seconds):
        """Waits until the machine stands still: other packets before that answer nothing that was asked."""
        while not self._receive(seconds).startswith(("T", "S")):
            pass

    def _is(self, image):
        """Whether the domain that runs is that of the image."""
        # SDK 1.4.1 keeps the first 16 bytes of a name.
        found = self.ask(f"m{image.place:x},{len(image.name) + 1:x}")
        return not found.startswith("E") and bytes.fromhex(found) in (image.name + b"\0", image.name[:16].ljust(len(image.name) + 1, b"\0"))

    def kill(self, image, chance=random, seconds=30):
        """Kills the domain when it returns from one of its next system calls. Returns the address."""
        self._stop()
        places, skipped = image.returns, chance.randrange(4)
        deadline = time.monotonic() + seconds
        try:
            while time.monotonic() < deadline:
                for address in places:
                    self.ask(f"Z1,{address:x},4")
                try:
                    self._send("c")
                    self._stopped(max(deadline - time.monotonic(), 0.1))
                finally:
                    for address in places:
                        self.ask(f"z1,{address:x},4")
                if self._is(image) and (skipped := skipped - 1) < 0:
                    at = struct.unpack("<Q", bytes.fromhex(self.ask(f"p{_PC:x}")))[0]
                    if self.ask(f"P{_PC:x}=" + bytes(8).hex()) != "OK":
                        raise AssertionError("QEMU does not set the program counter")
                    return at
                # Another domain, with another instruction there, or one of the calls to skip: over it.
                self._send("s")
                self._stopped(60)
            raise AssertionError(f"{image.name.decode()} makes no system call")
        finally:
            self._send("c")
