# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Reads the heap's gauge of a program that runs on seL4, from outside: QEMU shares the machine's memory, and the program does not
notice. docs/emulator.md says what a gauge is."""

import mmap
import os
import struct
import subprocess

PAGE = 4096
WORDS = struct.Struct("<3Q")


def address(image, name):
    """The address of a program's gauge."""
    table = subprocess.run(["llvm-nm", "--defined-only", image], check=True, capture_output=True, text=True).stdout
    for line in table.splitlines():
        place, _, symbol = line.split()
        if symbol == f"serval_gauge_{name}":
            return int(place, 16)
    raise AssertionError(f"{image} has no gauge {name}")


class SharedMemory:
    """Memory of a machine that other processes can read."""

    def __init__(self, size=2 << 30):
        self._file = os.memfd_create("guest")
        os.ftruncate(self._file, size)
        self._bytes = mmap.mmap(self._file, size, prot=mmap.PROT_READ)
        self.arguments = ["-object", f"memory-backend-file,id=shared,size={size},mem-path=/proc/{os.getpid()}/fd/{self._file},share=on",
                          "-machine", "memory-backend=shared"]
        """Those of QEMU."""

    def close(self):
        self._bytes.close()
        os.close(self._file)

    def _pages(self):
        """The places of pages that were written."""
        place = 0
        while True:
            try:
                start = os.lseek(self._file, place, os.SEEK_DATA)
            except OSError:
                return
            place = os.lseek(self._file, start, os.SEEK_HOLE)
            yield from range(start, place, PAGE)

    def words(self, place):
        return WORDS.unpack_from(self._bytes, place)

    def find(self, image, heap):
        """The place of the gauge of a program's heap, of `heap` bytes.

        The kernel decides in which page the gauge lies, but not where in the page. Its words are an account that no other memory
        has there: a capacity that is the heap's without what the allocator needs at its ends, and below it the bytes in use."""
        offset = address(image, "heap") % PAGE
        found = []
        for page in self._pages():
            capacity, used, peak = self.words(page + offset)
            if heap - 64 <= capacity <= heap and 0 < used <= peak <= capacity:
                found.append(page + offset)
        if len(found) != 1:
            raise AssertionError(f"{len(found)} gauges of a heap of {heap} bytes in the machine's memory")
        return found[0]
