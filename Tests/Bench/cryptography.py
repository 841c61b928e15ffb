#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Costs of the module Cryptography, as the tables of docs/cryptography.md: instructions, stack and heap of each operation on a bare
machine in QEMU, and bytes of text and read-only data by what a program uses. Needs make/cryptography.sh and QEMU."""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "Cryptography"))
import bare  # noqa: E402

"""Functions of ccryptography.h that a program calls, by what for."""
USES = {
    "SHA-2": ["hash_start", "hash_update", "hash_finish"],
    "HMAC and HKDF": ["hmac", "hkdf_extract", "hkdf_expand"],
    "sealing": ["aead_create", "aead_destroy", "aead_seal", "aead_open"],
    "X25519": ["x25519_generate", "x25519_agree"],
    "P-256, agreement": ["p256_generate", "p256_agree"],
    "signing: P-256 and RSA": ["key_parse", "key_destroy", "key_sign", "key_public", "key_rsa_bits"],
    "verifying: P-256 and RSA": ["key_parse", "key_destroy", "key_verify"],
    "random bytes": ["random"],
}


def sizes(folder, functions):
    """Bytes of text and read-only data of a program with `functions`."""
    program = pathlib.Path(folder, "sized")
    keep = [f"--undefined=ccryptography_{name}" for name in functions]
    bare.run([bare.tool("ld.lld"), "--gc-sections", "--unresolved-symbols=ignore-all", *keep, bare.LIBRARY, "-o", program])
    shown = subprocess.run([bare.tool("llvm-objdump"), "--section-headers", program], capture_output=True, text=True).stdout
    found = {name: int(size, 16) for name, size in re.findall(r"^ +\d+ (\.\w+) +([0-9a-f]+)", shown, re.MULTILINE)}
    return found.get(".text", 0), found.get(".rodata", 0), found.get(".data", 0) + found.get(".bss", 0)


def measured(console):
    found = {}
    for line in console.splitlines():
        if line.startswith("measured: "):
            name, what, *numbers = line.removeprefix("measured: ").split(" | ")
            found[name, what] = [int(number) for number in numbers]
            # A record opens only once: each was sealed again, which is not part of it.
            if what.startswith("open "):
                found[name, what][0] -= found[name, what.replace("open", "seal")][0]
    return found


def main():
    if reason := bare.why_not():
        sys.exit(f"cryptography: {reason}")
    with tempfile.TemporaryDirectory() as folder:
        program = bare.build(pathlib.Path(folder))
        plain, extended = (measured(bare.execute(program, extension=extension)) for extension in (False, True))
        print("| operation | instructions | with the extension | stack | heap |\n|---|--:|--:|--:|--:|")
        for (name, what), (instructions, stack, heap) in plain.items():
            fast, more, _ = extended[name, what]
            print(f"| {name}: {what} | {instructions:,} | {fast:,} | {max(stack, more):,} | {heap:,} |")
        print("\n| a program that uses | text | read-only data | variables |\n|---|--:|--:|--:|")
        for use, functions in [*USES.items(), ("all", sum(USES.values(), []))]:
            print(f"| {use} |" + "".join(f" {size:,} |" for size in sizes(folder, functions)))


main()
