#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Bytes of code in an image, by module: modules.py IMAGE. What the linker has inlined counts for the function that it was inlined
into; what it has taken out of several functions (OUTLINED_FUNCTION), and C and assembly, have rows of their own."""

import collections
import re
import subprocess
import sys

TLS = {"TLS", "TLSWiring", "SignerWiring", "Signing", "Cryptography", "BoringSSL"}


def module(symbol):
    # As in `$e4HTTP10HeadParserO`: the length of the module's name, and the name.
    if found := re.match(r"\$[es](\d+)", symbol):
        return symbol[found.end():found.end() + int(found[1])]
    # BoringSSL's functions have a prefix, but those in assembly lack it in part.
    if "BoringSSL" in symbol or symbol.startswith("ccryptography") or re.match(
            r"_*(bn|aes|sha|ecp|gcm|ghash|chacha|vpaes|beeu|poly|x25519|armv8|openssl|bssl|rsaz|bignum)_?", symbol, re.I):
        return "BoringSSL"
    return "shared" if symbol.startswith("OUTLINED") else "C, assembly and Swift's runtime"


def main():
    table = subprocess.run(
        ["llvm-nm", "-S", "--defined-only", sys.argv[1]], capture_output=True, text=True, check=True).stdout
    sizes, with_tls = collections.Counter(), 0
    for line in table.splitlines():
        words = line.split()
        if len(words) == 4 and words[2] in "tTwW":
            size = int(words[1], 16)
            sizes[module(words[3])] += size
            # Copies of generic functions for a server with TLS.
            with_tls += size if module(words[3]) in TLS or re.search(r"\d+TLSServer", words[3]) else 0
    for name, size in sizes.most_common():
        print(f"{size:9,} {name}")
    print(f"{sum(sizes.values()):9,} in all\n{sum(sizes.values()) - with_tls:9,} without TLS, its primitives, and what is compiled for it")


if __name__ == "__main__":
    main()
