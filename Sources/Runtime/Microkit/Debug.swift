// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// Text through the kernel, in debug configurations; nothing otherwise.
public func debugPrint(_ text: StaticString) {
  // Safety: a StaticString's bytes are constant memory of the length that it says.
  if ABI.canPrint { unsafe cmicrokit_print(text.utf8Start, text.utf8CodeUnitCount) }
}

/// A number in hexadecimal.
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

/// Stops this protection domain with a fault that the monitor, or the parent, sees.
@inline(never) public func fatal(_ text: StaticString) -> Never {
  if ABI.canPrint { cmicrokit_print_name() }
  debugPrint(": ")
  debugPrint(text)
  debugPrint("\n")
  // The null page is not mapped.
  cmicrokit_crash(0)
}
