#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Becomes the command "$@", and ends it when the process SERVAL_PARENT, if that is set, is gone: SwiftPM gives plugins a process
# group of their own, which a Ctrl-C on the terminal does not reach.
set -eu

if [ -n "${SERVAL_PARENT:-}" ]; then
  (
    while kill -0 "$SERVAL_PARENT" && kill -0 $$; do sleep 1; done
    kill -TERM $$
  ) >/dev/null 2>&1 &
fi
exec "$@"
