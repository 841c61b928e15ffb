#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""The module Cryptography on the target: what its library contains and needs, Wycheproof's vectors on a bare machine in QEMU (and
the same on the host), and the golden vectors in a protection domain, under `serval run` and on seL4."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import bare
import wycheproof

sys.path.insert(0, str(bare.ROOT / "Tests" / "Boot"))
import machine  # noqa: E402

ROOT = bare.ROOT
IMAGES = ROOT / ".build" / "images"

"""What programs with a heap have: Sources/Runtime/CMicrokit."""
PROVIDED = {"free", "memcmp", "memcpy", "memmove", "memset", "posix_memalign"}
"""Instructions that only some processors have, and the functions that may contain them, since BoringSSL asks first."""
OPTIONAL = r"\t(aes[a-z]+|sha(1|256|512)[a-z0-9]+)\b|\tpmull2?\t.*\.1q"
ASKED_FOR = r"(aes_hw_\w+|gcm_(init|gmult|ghash)_v8(_4x)?|aes_gcm_(enc|dec)_kernel|sha(1|256|512)_block_data_order_hw)$"


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@unittest.skipUnless(bare.LIBRARY.exists(), f"{bare.LIBRARY} is not built: make images")
class Library(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        # All functions of the interface, and what they need.
        header = (bare.CRYPTOGRAPHY / "CCryptography/include/ccryptography.h").read_text()
        cls.interface = set(re.findall(r"\b(ccryptography_\w+)\(", header))
        cls.program = str(pathlib.Path(folder.name, "interface"))
        keep = [f"--undefined={name}" for name in cls.interface]
        bare.run([bare.tool("ld.lld"), "--gc-sections", "--unresolved-symbols=ignore-all", *keep, bare.LIBRARY, "-o", cls.program])
        cls.objects = output(bare.tool("llvm-objdump"), "--section-headers", "--reloc", bare.LIBRARY)

    def test_the_interface_needs_only_what_programs_have(self):
        self.assertGreater(len(self.interface), 20)
        bare_program = output(bare.tool("llvm-nm"), "--defined-only", self.program)
        for name in self.interface:
            self.assertRegex(bare_program, rf" T {name}\n")
        with tempfile.TemporaryDirectory() as folder:
            keep = [f"--undefined={name}" for name in self.interface]
            command = [bare.tool("ld.lld"), "--gc-sections", "--error-limit=0", *keep, bare.LIBRARY, "-o", f"{folder}/out"]
            errors = subprocess.run(command, capture_output=True, text=True).stderr
        self.assertEqual(set(re.findall(r"undefined symbol: (\w+)", errors)), PROVIDED)

    def test_there_is_nothing_thread_local(self):
        self.assertNotRegex(self.objects, r"R_AARCH64_TLS")
        self.assertNotRegex(self.objects, r"\.t(data|bss)\b")

    def test_nothing_runs_before_main(self):
        self.assertNotRegex(self.objects, r"\.(init_array|ctors|preinit_array)")

    def test_optional_instructions_are_only_where_they_are_asked_for(self):
        text = output(bare.tool("llvm-objdump"), "--disassemble", "--no-show-raw-insn", "--mattr=+aes,+sha2,+sha3", self.program)
        function, found = None, set()
        for line in text.splitlines():
            if start := re.match(r"[0-9a-f]+ <(.+)>:", line):
                function = start[1]
            elif re.search(OPTIONAL, line):
                found.add(function)
        self.assertTrue(any("aes_hw_encrypt" in name for name in found), found)
        self.assertEqual([name for name in found if not re.search(ASKED_FOR, name)], [])

    def test_the_check_of_relocations_would_see_one(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder, "tls.c")
            source.write_text("__thread int n; int f(void) { return n; } __attribute__((constructor)) void g(void) { n = 1; }")
            bare.run([bare.tool("clang"), "--target=aarch64-none-none-elf", "-c", source, "-o", f"{folder}/tls.o"])
            shown = output(bare.tool("llvm-objdump"), "--section-headers", "--reloc", f"{folder}/tls.o")
        self.assertRegex(shown, r"R_AARCH64_TLS")
        self.assertRegex(shown, r"\.init_array")


class Images(unittest.TestCase):
    def test_no_program_has_thread_local_storage(self):
        images = sorted(IMAGES.rglob("*.elf"))
        if not images:
            self.skipTest(f"{IMAGES} has no programs: make images")
        for image in images:
            shown = output(bare.tool("llvm-objdump"), "--section-headers", "--private-headers", image)
            self.assertNotRegex(shown, r"\.t(data|bss)\b|^ +TLS ", image)


class ProtectionDomain(unittest.TestCase):
    def test_golden_vectors(self):
        tool, serval = (ROOT / ".build" / "debug" / name for name in ("test-systems", "serval"))
        images = IMAGES / "tests"
        if not (images / "cryptography_probe.elf").exists() or not tool.exists():
            self.skipTest("make test-build images")
        for board in "qemu_virt_aarch64", "odroidc4":
            with self.subTest(board), tempfile.TemporaryDirectory() as folder:
                target = ["--board", board, "--sdk", "2.3.0", "--config", "debug"]
                output(tool, "generate", "cryptography", *target, "--images", images, "--output", folder)
                command = [serval, "run", f"{folder}/cryptography.system", "--sdk", "2.3.0", "--config", "debug", "--for", "60s"]
                result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
                self.assertEqual(result.stdout.count(": ok"), 2, result.stdout + result.stderr)
                self.assertIn("all done", result.stdout)
                # Then it asks for bytes without entropy.
                self.assertNotIn("FAILED", result.stdout)

    @unittest.skipIf(machine.why_not(), machine.why_not())
    def test_golden_vectors_on_seL4(self):
        tool = machine.SERVAL.with_name("test-systems")
        for version, sdk in machine.sdks().items():
            with self.subTest(version), tempfile.TemporaryDirectory() as folder:
                image = machine.build(
                    "cryptography", machine.BOARD, "debug", pathlib.Path(folder), images=IMAGES / "tests", tool=tool, sdk=sdk)
                with machine.Machine(image) as console:
                    console.expect("without other instructions: ok", 60)
                    console.expect("with the Cryptographic Extension: ok", 60)
                    console.expect("all done")


@unittest.skipIf(bare.why_not(), bare.why_not())
class BareMachine(unittest.TestCase):
    """The golden vectors, and keys that are wiped."""

    def test_golden_vectors_and_wiping(self):
        source = (ROOT / "Tests/CryptographyVectors/Golden.swift").read_text()
        text = re.search(r'"""\n(.*)\n  """', source, re.DOTALL)[1].replace("\\\n  ", "")
        vectors = "\n".join(line.strip() for line in text.splitlines())
        count = sum(not line.startswith("#") for line in vectors.splitlines())
        with tempfile.TemporaryDirectory() as folder:
            program = bare.build(pathlib.Path(folder))
            for extension in False, True:
                with self.subTest(extension=extension):
                    console = bare.execute(program, vectors, extension)
                    self.assertNotIn("FAILED", console)
                    self.assertIn(f"passed {count}\n", console)
                    self.assertEqual(console.count("wiped: a key"), 5, console)


class Wycheproof(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if "WYCHEPROOF" not in os.environ:
            raise unittest.SkipTest("WYCHEPROOF does not name the folder testvectors_v1 of a checkout of C2SP/wycheproof")
        cls.vectors = wycheproof.vectors(pathlib.Path(os.environ["WYCHEPROOF"]))
        cls.text = "\n".join(line for lines in cls.vectors.values() for line in lines)
        cls.count = sum(map(len, cls.vectors.values()))
        print({name: len(lines) for name, lines in cls.vectors.items()}, file=sys.stderr)

    def check(self, console):
        self.assertNotIn("FAILED", console)
        self.assertIn(f"passed {self.count}\n", console)
        self.assertGreater(self.count, 2000)

    def test_on_this_machine(self):
        command = [ROOT / ".build" / "debug" / "check-vectors"]
        result = subprocess.run(command, input=self.text, capture_output=True, text=True)
        self.check(result.stdout.replace("failed: ", "FAILED: ").replace("unreadable: ", "FAILED: "))

    def test_on_the_target(self):
        if bare.why_not():
            self.skipTest(bare.why_not())
        with tempfile.TemporaryDirectory() as folder:
            program = bare.build(pathlib.Path(folder))
            for extension in False, True:
                with self.subTest(extension=extension):
                    self.check(bare.execute(program, self.text, extension))


if __name__ == "__main__":
    unittest.main()
