#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Fails if $1, the value of variable $2, is malformed or in use as a port of this machine.
set -eu

python3 - "$1" "$2" <<'EOF'
import errno
import socket
import sys

text, name = sys.argv[1:]
try:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", int(text) if text.isdecimal() and int(text) else -1))
        probe.listen()
except OverflowError:
    sys.exit(f"serval: {name} '{text}' is not a port: set it to a number from 1 to 65535")
except OSError as problem:
    why = "is taken" if problem.errno == errno.EADDRINUSE else f"cannot be used ({problem.strerror})"
    sys.exit(f"serval: port {text} of this machine {why}: set {name} to another, as in {name}=8080 make ...")
EOF
