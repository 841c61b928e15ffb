#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Removes the compiler's module caches from a checkout that was moved or copied: they contain absolute paths. SwiftPM itself
# notices everything else in .build that is out of date.
set -eu

stamp=.build/checkout
here=$(pwd -P)
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$here" ] && exit 0
mkdir -p .build
find .build -type d -name ModuleCache -prune -exec rm -rf {} +
echo "$here" >"$stamp"
