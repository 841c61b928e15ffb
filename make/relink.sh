#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# SwiftPM does not know on what else programs depend. Removes build directory $1 when the linker script or the toolset has changed, and
# only the programs in it when the library of make/cryptography.sh has.
set -eu

changed() { # STAMP, what it should contain
  [ -f "$1" ] && [ "$(cat "$1")" = "$2" ] && return 1
  return 0
}

now=$(cat Sources/Runtime/microkit.ld Sources/Runtime/toolset.json make/images.mk | cksum)
if changed "$1/linked-with" "$now"; then
  rm -rf "$1"
  mkdir -p "$1"
  echo "$now" >"$1/linked-with"
fi
library=$(cat .build/cryptography/built-with 2>/dev/null || echo none)
if changed "$1/linked-library" "$library"; then
  find "$1" -path '*/release/*' -type f -perm -u+x ! -name '*.*' -delete
  echo "$library" >"$1/linked-library"
fi
