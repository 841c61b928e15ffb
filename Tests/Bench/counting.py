# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Instructions that protection domains have executed so far: in QEMU by a plugin, under `serval run` by its table."""

import collections
import mmap
import os
import pathlib
import re
import signal
import struct
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
KERNEL = "kernel"


class Plugin:
    """Compiles count.c and reads its counts. `programs` is the directory of the domains' images."""

    _head, _record = struct.Struct("<QQ"), struct.Struct("<QQQI8II")
    # On AArch64, seL4's addresses lie far above those of Microkit's programs.
    _kernel_start = 1 << 39

    def __init__(self, programs):
        self._directory = tempfile.TemporaryDirectory()
        library = pathlib.Path(self._directory.name, "count.so")
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", library, HERE / "count.c"], check=True)
        self._file = library.with_suffix(".data")
        self._programs = {image.stem: _segments(image.read_bytes()) for image in programs.glob("*.elf")}
        self._pages, self._known = {}, 0
        self.arguments = ["-plugin", f"{library},path={self._file}"]

    def read(self):
        """Returns the instructions by program, as a Counter."""
        with open(self._file, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
            used, lost = self._head.unpack_from(data)
            if lost:
                raise SystemExit("count.c has too few records")
            start = self._head.size
            records = list(self._record.iter_unpack(data[start:start + used * self._record.size]))
        self._learn(records)
        result = collections.Counter()
        for executions, address, page, count, *_ in records:
            result[self._owner(address, page)] += executions * count
        return result

    def _owner(self, address, page):
        return KERNEL if address >= self._kernel_start else self._pages.get(page, "other")

    def _learn(self, records):
        """Assigns all blocks of a page to one program: the one whose image has the most of them."""
        if len(records) == self._known:
            return
        votes = collections.defaultdict(collections.Counter)
        for _, address, page, count, *words in records:
            if address >= self._kernel_start:
                continue
            code = struct.pack("<8I", *words[:8])[:4 * min(count, 8)]
            for name, segments in self._programs.items():
                if any(data[address - start:address - start + len(code)] == code
                       for start, data in segments if start <= address):
                    votes[page][name] += len(code)
        self._pages = {page: names.most_common(1)[0][0] for page, names in votes.items()}
        self._known = len(records)


def _segments(image):
    """Address and bytes of each segment that a 64-bit ELF file loads."""
    offset, size, count = struct.unpack_from("<Q", image, 32)[0], *struct.unpack_from("<HH", image, 54)
    found = []
    for index in range(count):
        kind, _, start, address, _, length = struct.unpack_from("<IIQQQQ", image, offset + index * size)
        if kind == 1:
            found.append((address, image[start:start + length]))
    return found


class Table:
    """The table that `serval run --stats` writes on SIGUSR1. It counts no instructions of the kernel."""

    def __init__(self):
        self._directory = tempfile.TemporaryDirectory()
        self._path = pathlib.Path(self._directory.name, "errors")
        self.errors = open(self._path, "wb")
        self.process = None

    def read(self):
        seen = self._path.stat().st_size
        os.kill(self.process.pid, signal.SIGUSR1)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            text = self._path.read_bytes()[seen:].decode()
            if re.search(r"^virtual time: .*\n", text, re.MULTILINE):
                # The first table; those of stacks and memory have the same names.
                rows = re.findall(r"^(\w+) +(\d+) ", text.partition("bytes of stack")[0], re.MULTILINE)
                return collections.Counter({name: int(count) for name, count in rows})
            time.sleep(0.01)
        raise SystemExit("serval run wrote no table")
