#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Reports in one line, before anything is built, what is wrong with MICROKIT_SDK, MICROKIT_BOARD or MICROKIT_CONFIG.
set -eu

stop() {
  echo "serval: $1" >&2
  exit 1
}

releases="https://github.com/seL4/microkit/releases"
boards="qemu_virt_aarch64 odroidc4"
configurations="debug release benchmark smp-debug smp-release smp-benchmark"
versions="1.4.1 2.0.1 2.1.0 2.2.0 2.3.0 2.3.1"

case " $boards " in
*" $MICROKIT_BOARD "*) ;;
*) stop "there are no images for MICROKIT_BOARD '$MICROKIT_BOARD': set it to one of: $boards" ;;
esac
[ "${1:-}" = board ] && exit 0

sdk=${MICROKIT_SDK:-}
[ -n "$sdk" ] || stop "set MICROKIT_SDK to an unpacked Microkit SDK, 1.4.1 or newer, from $releases"
[ -x "$sdk/bin/microkit" ] && [ -d "$sdk/board" ] ||
  stop "MICROKIT_SDK '$sdk' is not a Microkit SDK (it has no bin/microkit): unpack one from $releases"
# SDK 1.4.1 has no VERSION file.
version=1.4.1
[ ! -f "$sdk/VERSION" ] || read -r version _ <"$sdk/VERSION" || true
version=${SDK_VERSION:-$version}
# Development builds and newer releases are taken for the last known release before them (SDKName.swift), if check-abi.sh
# agrees.
number=${version%%[-+]*}
case "$number" in
*[!0-9.]*) number= ;;
1.4.[1-9]* | 1.[5-9]*.* | 2.0.[1-9]* | 2.[1-9]*.* | [3-9].*.* | [1-9][0-9]*.*.*) ;;
*) number= ;;
esac
[ -n "$number" ] ||
  stop "the SDK at $sdk has version '$version', which is not supported: use one of: $versions, from $releases, or set SDK_VERSION"
case " $configurations " in
*" $MICROKIT_CONFIG "*) ;;
*) stop "there is no MICROKIT_CONFIG '$MICROKIT_CONFIG': set it to one of: $configurations" ;;
esac
list() { (cd "$1" && echo */ | tr -d /); }
[ -d "$sdk/board/$MICROKIT_BOARD" ] ||
  stop "the SDK at $sdk has no board '$MICROKIT_BOARD': set MICROKIT_BOARD to one of: $(list "$sdk/board")"
[ -d "$sdk/board/$MICROKIT_BOARD/$MICROKIT_CONFIG" ] ||
  stop "the SDK at $sdk has no '$MICROKIT_CONFIG' for $MICROKIT_BOARD: set MICROKIT_CONFIG to one of: $(list "$sdk/board/$MICROKIT_BOARD")"
