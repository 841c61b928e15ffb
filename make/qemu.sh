#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Boots image $1 of SYSTEM on qemu_virt_aarch64; without an image, only checks that this is possible. For the web server,
# the archiver and programs of a PACKAGE, port WEB_PORT (5555) of this machine leads to port 80 of the guest, and with HTTPS,
# HTTPS_PORT (5556) to 443. Ctrl-A X ends it.
set -eu

if [ "${MICROKIT_BOARD:-}" != qemu_virt_aarch64 ]; then
  echo "serval: QEMU is only for MICROKIT_BOARD qemu_virt_aarch64, not '${MICROKIT_BOARD:-}': make image makes its boot image" >&2
  exit 1
fi
if ! command -v qemu-system-aarch64 >/dev/null; then
  echo "serval: install qemu-system-aarch64 (Debian: qemu-system-arm)" >&2
  exit 1
fi
network=user,id=net0
if [ "$SYSTEM" = webserver ] || [ "$SYSTEM" = archiver ] || [ -n "${PACKAGE:-}" ]; then
  ./make/https.sh check own
  ports=$(./make/ports.sh)
  for pair in $ports; do
    [ "$pair" = - ] || network="$network,hostfwd=tcp:127.0.0.1:${pair%:*}-$(./make/guest.sh):${pair#*:}"
  done
fi
[ $# = 0 ] && exit 0
# The kernel for several cores waits for all four of its board.
case "${MICROKIT_CONFIG:-debug}" in
smp-*) set -- "$1" -smp 4 ;;
*) set -- "$1" ;;
esac
# QEMU ends a value at a comma; a doubled comma stands for one.
image=$(printf %s "$1" | sed 's/,/,,/g')
shift
exec ./make/tied.sh qemu-system-aarch64 -machine virt,virtualization=on -cpu cortex-a53 -m size=2G "$@" -nographic \
  -serial mon:stdio \
  -device "loader,file=$image,addr=0x70000000,cpu-num=0" \
  -global virtio-mmio.force-legacy=false -device virtio-net-device,netdev=net0,bus=virtio-mmio-bus.0 -netdev "$network" \
  -device virtio-rng-device,bus=virtio-mmio-bus.8
