#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Runs Bench.swift on a bare AArch64 machine: run.sh OUT FILES ZLIB [OPTION...], with the file of files, zlib's libz.a, and options for
# QEMU. Needs qemu-system-aarch64.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
out=$1 files=$2 zlib=$3
shift 3
mkdir -p "$out"
flags="-target aarch64-none-none-elf -enable-experimental-feature Embedded -wmo -Osize
  -parse-as-library -swift-version 6 -strict-memory-safety -I $out -I $root/Sources/Components/Archives/CChecksum
  -Xfrontend -function-sections -Xfrontend -disable-stack-protector"
swiftc $flags -module-name Deflate -emit-module -emit-module-path "$out/Deflate.swiftmodule" \
  -c "$root"/Sources/Components/Archives/Deflate/*.swift -o "$out/Deflate.o"
swiftc $flags -module-name Bench -c "$root/Tests/Bench/Deflate/Bench.swift" "$root/Tests/DeflateTests/Corpus.swift" -o "$out/Bench.o"
clang --target=aarch64-none-elf -O1 -ffreestanding -c "$root/Tests/Bench/Deflate/zlib.c" -o "$out/zlib.o"
clang --target=aarch64-none-elf -c "$root/Tests/Bench/NetworkStack/Start.S" -o "$out/Start.o"
# The memcpy of the programs themselves.
clang --target=aarch64-none-elf -c "$root/Sources/Runtime/CMicrokit/copy.S" -o "$out/copy.o"
ld.lld --gc-sections -Ttext=0x40080000 -e _start -o "$out/bench.elf" "$out/Start.o" "$out/copy.o" "$out/Bench.o" \
  "$out/Deflate.o" "$out/zlib.o" "$zlib"
exec timeout 900 qemu-system-aarch64 -machine virt -cpu cortex-a53 -m 2G -nographic -monitor none \
  -device "loader,file=$files,addr=0x90000000,force-raw=on" -kernel "$out/bench.elf" "$@"
