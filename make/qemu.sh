#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Boots image $1 as the board qemu_virt_aarch64 has it. Ctrl-A X ends it.
set -eu

if [ "${MICROKIT_BOARD:-}" != qemu_virt_aarch64 ]; then
  echo "serval: QEMU is only for MICROKIT_BOARD qemu_virt_aarch64, not '${MICROKIT_BOARD:-}'; its boot image is $1" >&2
  exit 1
fi
if ! command -v qemu-system-aarch64 >/dev/null; then
  echo "serval: install qemu-system-aarch64 (Debian: qemu-system-arm)" >&2
  exit 1
fi
exec qemu-system-aarch64 -machine virt,virtualization=on -cpu cortex-a53 -m size=2G -nographic -serial mon:stdio \
  -device "loader,file=$1,addr=0x70000000,cpu-num=0"
