#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# SwiftPM does not know that programs depend on the linker script and the toolset: removes build directory $1 when they have
# changed.
set -eu

stamp=$1/linked-with
now=$(cat Sources/Runtime/microkit.ld Sources/Runtime/toolset.json make/images.mk | cksum)
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ] && exit 0
rm -rf "$1"
mkdir -p "$1"
echo "$now" >"$stamp"
