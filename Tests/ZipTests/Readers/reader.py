# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Reads an archive with Python's zipfile, which compares checksums: for each entry its name in hexadecimal, its bytes and checksum."""

import sys
import zipfile
import zlib

with zipfile.ZipFile(sys.argv[1]) as archive:
    for entry in archive.infolist():
        size = checksum = 0
        with archive.open(entry) as file:
            while piece := file.read(1 << 20):
                size += len(piece)
                checksum = zlib.crc32(piece, checksum)
        print(entry.filename.encode().hex(), size, checksum)
