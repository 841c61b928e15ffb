#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Counts the instructions of NetworkStack on a bare AArch64 machine. Needs qemu-system-aarch64.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
out=${1:-$root/.build/bench-network-stack}
mkdir -p "$out"
flags="-target aarch64-none-none-elf -enable-experimental-feature Embedded -wmo -Osize -lto=llvm-full
  -parse-as-library -swift-version 6 -strict-memory-safety -I $out -I $root/Sources/Core/CMemory
  -Xfrontend -function-sections -Xfrontend -disable-stack-protector"
for module in Time Addresses Wire NetworkStack; do
  folder=$(find "$root/Sources" -type d ! -empty -name "$module")
  swiftc $flags -module-name "$module" -emit-module \
    -emit-module-path "$out/$module.swiftmodule" -c $(find "$folder" -name '*.swift') \
    -o "$out/$module.o"
done
swiftc $flags -module-name Bench -c "$root/Tests/Bench/NetworkStack/Bench.swift" -o "$out/Bench.o"
clang --target=aarch64-none-elf -c "$root/Tests/Bench/NetworkStack/Start.S" -o "$out/Start.o"
# The memcpy of the programs themselves.
clang --target=aarch64-none-elf -c "$root/Sources/Runtime/CMicrokit/copy.S" -o "$out/copy.o"
ld.lld --gc-sections -Ttext=0x40080000 -e _start -o "$out/bench.elf" "$out/Start.o" "$out/copy.o" "$out/Bench.o" \
  "$out/NetworkStack.o" "$out/Wire.o" "$out/Addresses.o" "$out/Time.o"
exec timeout 300 qemu-system-aarch64 -machine virt -cpu cortex-a53 -m 2G -nographic -icount shift=0 \
  -monitor none -kernel "$out/bench.elf"
