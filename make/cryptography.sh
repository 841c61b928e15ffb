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
wanted=$(sed -n 's/.*swift-crypto", exact: "\([^"]*\)".*/\1/p' Package.swift)
is_wanted() { [ "$(git -C "$1" describe --tags --exact-match 2>/dev/null)" = "$wanted" ]; }
if [ -z "${SWIFT_CRYPTO:-}" ] && ! is_wanted "$checkout"; then
  # Where SwiftPM has checked Serval out for another package, swift-crypto lies beside it.
  if [ "$(basename "$(dirname "$PWD")")" = checkouts ] && is_wanted ../swift-crypto; then
    checkout=../swift-crypto
  else
    swift package --quiet resolve
  fi
fi
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
  "$here"/BoringSSL/*.c "$here"/BoringSSL/headers/* "$here"/BoringSSL/headers/sys/* "$here"/CCryptography/*.[ch] \
  "$here"/CCryptography/include/* "$0" 2>/dev/null | cksum)
[ -f "$library" ] && [ "$(cat "$out/built-with" 2>/dev/null)" = "$now" ] && exit 0

# Elsewhere, and moved at the end: another make may be linking with the old one.
mkdir -p "$out"
work=$(mktemp -d .build/cryptography-XXXXXX)
trap 'rm -rf "$work"' EXIT
# One line for each object: its name, the compiler and all arguments.
{
  grep -v '^#' "$here/BoringSSL/sources.txt" | while read -r source; do
    object=$(echo "$source" | tr / _).o
    case $source in
      *.cc) echo "$toolchain/clang++" $flags $cxxflags -c "$boringssl/$source" -o "$work/$object" ;;
      *) echo "$toolchain/clang" $flags -c "$boringssl/$source" -o "$work/$object" ;;
    esac
  done
  for source in "$here"/BoringSSL/*.c "$here"/CCryptography/*.c; do
    echo "$toolchain/clang" $flags $warnings -std=c11 -c "$source" -o "$work/$(basename "$source").o"
  done
} | xargs -P "$(getconf _NPROCESSORS_ONLN)" -I{} sh -c '{}'
"$toolchain/llvm-ar" rcs "$work/library.a" "$work"/*.o
mv "$work/library.a" "$library"
echo "$now" >"$out/built-with"
