// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// Prints text through the kernel. Does nothing unless the kernel can print, as in debug configurations.
public func debugPrint(_ text: StaticString) {
  // Safety: a StaticString's bytes are constant memory of the length that it states.
  if ABI.canPrint { unsafe cmicrokit_print(text.utf8Start, text.utf8CodeUnitCount) }
}

/// Prints bytes, as `debugPrint(_:)` prints text.
public func debugPrint(_ text: Span<UInt8>) {
  guard ABI.canPrint else { return }
  for index in text.indices { Kernel.debugPut(text[index]) }
}

/// Prints one byte, as `debugPrint(_:)` prints text.
public func debugPrint(byte: UInt8) {
  if ABI.canPrint { Kernel.debugPut(byte) }
}

/// Prints a number in hexadecimal, as `debugPrint(_:)` prints text.
public func debugPrint(hexadecimal value: UInt64) {
  guard ABI.canPrint else { return }
  debugPrint("0x")
  var shift: UInt64 = 64
  while shift > 0 {
    shift -= 4
    let digit = UInt8(truncatingIfNeeded: value >> shift) & 0xf
    Kernel.debugPut(digit < 10 ? 48 + digit : 87 + digit)
  }
}

/// Prints a message and stops this protection domain with a fault at address 0, which the monitor or the parent
/// receives.
@inline(never) public func fatal(_ text: StaticString) -> Never {
  if ABI.canPrint { cmicrokit_print_name() }
  debugPrint(": ")
  debugPrint(text)
  debugPrint("\n")
  // Page 0 is never mapped.
  cmicrokit_crash(0)
}
