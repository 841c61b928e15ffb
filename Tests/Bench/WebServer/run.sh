#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Counts the instructions of the web server's and the NFS client's modules on a bare AArch64 machine,
# with the heap and the compiler flags of protection domains. Needs qemu-system-aarch64.
#
#   run.sh                 runs all cases; prints instructions, heap blocks and code sizes
#   run.sh profile NAME    prints where the instructions of the cases whose names contain NAME go
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
here=$root/Tests/Bench/WebServer
out=${BENCH_OUTPUT:-$root/.build/bench-web-server}
mkdir -p "$out"
flags="-target aarch64-none-none-elf -enable-experimental-feature Embedded -wmo -Osize -lto=llvm-full
  -parse-as-library -swift-version 6 -strict-memory-safety -I $out -I $root/Sources/Core/CMemory
  -Xfrontend -function-sections -Xfrontend -disable-stack-protector"
cflags="--target=aarch64-none-elf -ffreestanding -fno-builtin -Os -ffunction-sections"
modules="Time Streams Rings Bytes FileSystem HTTP StaticSite XDR ONCRPC NFS NFSFileServer Heap"
objects=
for module in $modules; do
  folder=$(find "$root/Sources" -type d -name "$module")
  object=$out/$module.o
  objects="$objects $object"
  # A source that is newer than its object has changed, and so has everything that imports it.
  if [ -z "${stale-}" ] && [ -e "$object" ] && [ -z "$(find "$folder" -newer "$object")" ]; then
    continue
  fi
  stale=1
  swiftc $flags -module-name "$module" -emit-module -emit-module-path "$out/$module.swiftmodule" \
    -c $(find "$folder" -name '*.swift') -o "$object"
done
chosen=
[ "${1-}" = profile ] && chosen=${2-}
echo "let chosen: StaticString = \"$chosen\"" >"$out/Chosen.swift"
swiftc $flags -module-name Bench -c "$here"/*.swift "$out/Chosen.swift" -o "$out/Bench.o"
clang $cflags -c "$here/Start.S" -o "$out/Start.o"
clang $cflags -c "$root/Sources/Runtime/CMicrokit/memory.c" -o "$out/memory.o"
clang $cflags -c "$root/Sources/Runtime/CMicrokit/copy.S" -o "$out/copy.o"
ld.lld --gc-sections -Ttext=0x40080000 -e _start -o "$out/bench.elf" \
  "$out/Start.o" "$out/Bench.o" $objects "$out/memory.o" "$out/copy.o"
machine="-machine virt -cpu cortex-a53 -m 2G -display none -monitor none -kernel $out/bench.elf"
if [ "${1-}" = profile ]; then
  exec python3 "$here/profile.py" "$out/bench.elf" qemu-system-aarch64 $machine
fi
timeout 60 qemu-system-aarch64 $machine -serial stdio -icount shift=0
python3 "$here/sizes.py" "$out/bench.elf" $modules
