#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Fails if WEB_PORT, the port of the web server on this machine, is malformed or in use.
set -eu

python3 - "${WEB_PORT:-5555}" <<'EOF'
import errno
import socket
import sys

text = sys.argv[1]
try:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", int(text) if text.isdecimal() and int(text) else -1))
        probe.listen()
except OverflowError:
    sys.exit(f"serval: WEB_PORT '{text}' is not a port: set it to a number from 1 to 65535")
except OSError as problem:
    why = "is taken" if problem.errno == errno.EADDRINUSE else f"cannot be used ({problem.strerror})"
    sys.exit(f"serval: port {text} of this machine {why}: set WEB_PORT to another, as in WEB_PORT=8080 make ...")
EOF
