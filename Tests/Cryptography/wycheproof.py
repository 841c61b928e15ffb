# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

"""Vectors of Wycheproof (C2SP/wycheproof, folder testvectors_v1) as lines for Tests/CryptographyVectors."""

import json

AEADS = {("aes_gcm", 128): "aes-128-gcm", ("aes_gcm", 256): "aes-256-gcm", ("chacha20_poly1305", 256): "chacha20-poly1305"}
RSA = [f"rsa_pss_{bits}_sha{hash}_mgf1_{hash // 8}" for bits, hash in ((2048, 256), (2048, 384), (3072, 256), (4096, 256), (4096, 384))]


def line(operation, good, *fields):
    return " ".join([operation, "ok" if good else "bad", *(field or "-" for field in fields)])


def groups(folder, name):
    for group in json.loads((folder / f"{name}_test.json").read_text())["testGroups"]:
        for test in group["tests"]:
            yield group, test, test["result"] == "valid"


def aeads(folder, name):
    for group, test, good in groups(folder, name):
        operation = AEADS.get((name, group["keySize"]))
        # Other nonces and tags than TLS has are not in our interface.
        if operation and group["ivSize"] == 96 and group["tagSize"] == 128:
            yield line(operation, good, test["key"], test["iv"], test["aad"], test["msg"], test["ct"] + test["tag"])


def x25519(folder):
    for _, test, _ in groups(folder, "x25519"):
        # RFC 8446, 7.4.2, asks to refuse a secret that is zero; RFC 7748, 5, to take all other points.
        yield line("x25519", "ZeroSharedSecret" not in test["flags"], test["private"], test["public"], test["shared"])


def p256(folder):
    for _, test, good in groups(folder, "ecdh_secp256r1_ecpoint"):
        # Numbers in DER have a leading zero, or fewer bytes. We take no compressed points.
        private = test["private"][-64:].rjust(64, "0")
        yield line("p256", good and "CompressedPoint" not in test["flags"], private, test["public"], test["shared"])


def signatures(folder, name, function):
    for group, test, good in groups(folder, name):
        key = group.get("publicKeyDer") or group["publicKey"]["publicKeyDer"]
        yield line(f"verify-{function}", good, key, test["msg"], test["sig"])


def derived(folder, function):
    for _, test, good in groups(folder, f"hkdf_{function}"):
        yield line(f"hkdf-{function}", good, test["ikm"], test["salt"], test["info"], test["okm"])


def codes(folder, function):
    for _, test, good in groups(folder, f"hmac_{function}"):
        yield line(f"hmac-{function}", good, test["key"], test["msg"], test["tag"])


def vectors(folder):
    """Lines by the name of their file."""
    found = {name: list(aeads(folder, name)) for name in ("aes_gcm", "chacha20_poly1305")}
    found["x25519"], found["ecdh_secp256r1_ecpoint"] = list(x25519(folder)), list(p256(folder))
    for name in ["ecdsa_secp256r1_sha256", *RSA]:
        function = "sha384" if "sha384" in name else "sha256"
        found[name] = list(signatures(folder, name, function))
    for function in "sha256", "sha384":
        found[f"hkdf_{function}"], found[f"hmac_{function}"] = list(derived(folder, function)), list(codes(folder, function))
    return found
