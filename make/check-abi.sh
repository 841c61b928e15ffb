#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Compares the system call numbers and layouts that our programs use with the headers of the SDK at MICROKIT_SDK. $1 is the
# serval command, which knows the numbers that differ between kernels.
set -eu

include=$MICROKIT_SDK/board/$MICROKIT_BOARD/$MICROKIT_CONFIG/include
# shellcheck disable=SC2086
definitions=$("$1" abi ${SDK_VERSION:+--sdk $SDK_VERSION} --config "$MICROKIT_CONFIG" --definitions)
clang=$(dirname "$(readlink -f "$(command -v swiftc)")")/clang
# shellcheck disable=SC2086
"$clang" --target=aarch64-none-elf -ffreestanding -fsyntax-only -Wno-everything $definitions \
  -I "$include" -I Sources/Runtime/CMicrokit/include Sources/Runtime/CMicrokit/check/sdk.c || {
  echo "serval: the SDK at $MICROKIT_SDK numbers its interface otherwise than we do; see the assertions above" >&2
  exit 1
}
