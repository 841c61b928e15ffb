#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Builds .build/cryptography/libserval-cryptography.a for protection domains: BoringSSL's libcrypto out of swift-crypto's checkout, and
# the functions through which the module Cryptography calls it. SWIFT_CRYPTO names a checkout; by default, SwiftPM fetches the
# one that this package's manifest asks for.
set -eu

here=Sources/Components/Cryptography
out=.build/cryptography
library=$out/libserval-cryptography.a
toolchain=$(dirname "$(realpath "$(command -v swiftc)")")

checkout=${SWIFT_CRYPTO:-.build/checkouts/swift-crypto}
[ -d "$checkout/Sources/CCryptoBoringSSL" ] || swift package resolve
boringssl=$checkout/Sources/CCryptoBoringSSL
if [ ! -d "$boringssl" ]; then
  echo "serval: $checkout has no Sources/CCryptoBoringSSL: is it a checkout of swift-crypto?" >&2
  exit 1
fi

# clang, as the Swift toolchain has it: with headers of our own in place of a C library's and a C++ library's.
flags="--target=aarch64-none-none-elf -Os -ffreestanding -fno-builtin -ffunction-sections -fdata-sections
  -fno-stack-protector -fno-asynchronous-unwind-tables -nostdlibinc -I$here/BoringSSL/headers
  -I$boringssl/include -I$here/CCryptography/include -ffile-prefix-map=$boringssl=boringssl
  -DNDEBUG -DOPENSSL_NANOLIBC"
cxxflags="-std=c++17 -nostdinc++ -fno-exceptions -fno-rtti -fno-threadsafe-statics"
warnings="-Wall -Wextra -Wno-unused-parameter"

# SwiftPM checks a released version out once, so its hash.txt tells versions apart.
now=$(echo "$flags $cxxflags $("$toolchain/clang" --version)" | cat - "$boringssl/hash.txt" "$here/BoringSSL/sources.txt" \
  "$here"/BoringSSL/target.c "$here"/BoringSSL/headers/* "$here"/BoringSSL/headers/sys/* "$here"/CCryptography/*.c \
  "$here"/CCryptography/include/* "$0" 2>/dev/null | cksum)
[ -f "$library" ] && [ "$(cat "$out/built-with" 2>/dev/null)" = "$now" ] && exit 0

rm -rf "$out"
mkdir -p "$out"
# One line for each object: its name, the compiler and all arguments.
{
  grep -v '^#' "$here/BoringSSL/sources.txt" | while read -r source; do
    object=$(echo "$source" | tr / _).o
    case $source in
      *.cc) echo "$toolchain/clang++" $flags $cxxflags -c "$boringssl/$source" -o "$out/$object" ;;
      *) echo "$toolchain/clang" $flags -c "$boringssl/$source" -o "$out/$object" ;;
    esac
  done
  for source in "$here"/BoringSSL/target.c "$here"/CCryptography/*.c; do
    echo "$toolchain/clang" $flags $warnings -std=c11 -c "$source" -o "$out/$(basename "$source").o"
  done
} | xargs -P "$(getconf _NPROCESSORS_ONLN)" -I{} sh -c '{}'
"$toolchain/llvm-ar" rcs "$library" "$out"/*.o
rm -f "$out"/*.o
echo "$now" >"$out/built-with"
