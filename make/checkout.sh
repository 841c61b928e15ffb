#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# The compiler's module caches know where they were made, and fail anywhere else: in a checkout that has been moved
# or copied they go, and are made anew. Everything else in .build is found to be old by SwiftPM itself.
set -eu

stamp=.build/checkout
here=$(pwd -P)
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$here" ] && exit 0
mkdir -p .build
find .build -type d -name ModuleCache -prune -exec rm -rf {} +
echo "$here" >"$stamp"
