#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""BoringSSL's tests of TLS servers against `tls-server --shim`.

Set `SERVAL_BOGO` to the folder ssl/test/runner of a checkout of BoringSSL, in which `go test -c -o runner .` has been run. The tables in
docs/tls.md say which tests differ, and why; every other one that applies must pass."""

import fnmatch
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SERVER = pathlib.Path(os.environ.get("SERVAL_TLS_SERVER", ROOT / ".build" / "debug" / "tls-server"))
RUNNER = os.environ.get("SERVAL_BOGO")
DOCUMENT = ROOT / "docs" / "tls.md"
"""Tests of clients, and of other transports."""
SKIPPED = "*DTLS*;*QUIC*;*-Client-*;*Client-TLS*"
OLDER = "remote error: protocol version not supported"


@unittest.skipUnless(RUNNER, "set SERVAL_BOGO to ssl/test/runner of a checkout of BoringSSL")
class BoGo(unittest.TestCase):
    def run_tests(self):
        """What became of each test, and what the runner says of those that failed."""
        with tempfile.TemporaryDirectory() as folder:
            shim = pathlib.Path(folder, "shim")
            shim.write_text(f'#!/bin/sh\nexec {SERVER} --shim "$@"\n')
            shim.chmod(0o755)
            done = subprocess.run(
                ["./runner", "-test.timeout", "60m", "-shim-path", shim, "-loose-errors", "-allow-unimplemented", "-pipe", "-skip", SKIPPED],
                cwd=RUNNER, capture_output=True, text=True)
        return re.findall(r"^(PASSED|FAILED|UNIMPLEMENTED) \((.*?)\)$(.*?)(?=^(?:PASSED|FAILED|UNIMPLEMENTED) \(|\Z)", done.stdout, re.M | re.S)

    def test_every_test(self):
        section = DOCUMENT.read_text().split("\n### BoGo\n")[1].split("\n### ")[0]
        counts = {name: int(count.replace(",", "")) for name, count in re.findall(r"^\| (passed|older versions) \| ([\d,]+) \|", section, re.M)}
        patterns = re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`.*?) \|", section, re.M)))
        results = self.run_tests()
        failed = {name: text for result, name, text in results if result == "FAILED"}
        older = [name for name, text in failed.items() if OLDER in text]
        differing = [name for name in failed if name not in older]
        for name in differing:
            self.assertTrue(any(fnmatch.fnmatch(name, pattern) for pattern in patterns), failed[name])
        for pattern in patterns:
            self.assertTrue(any(fnmatch.fnmatch(name, pattern) for name in differing), pattern)
        passed = sum(result == "PASSED" for result, _, _ in results)
        self.assertEqual({"passed": passed, "older versions": len(older)}, counts)


if __name__ == "__main__":
    unittest.main()
