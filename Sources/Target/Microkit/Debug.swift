// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// Text through the kernel, in debug configurations; nothing otherwise.
public func debugPrint(_ text: StaticString) {
  guard ABI.canPrint else { return }
  for index in 0..<text.utf8CodeUnitCount { Kernel.debugPut(text.byte(index)) }
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

/// This protection domain's name, as far as the SDK keeps it.
public func debugPrintName() {
  var index: UInt64 = 0
  while index < 64 {
    let byte = cmicrokit_name_byte(index)
    if byte == 0 { return }
    if ABI.canPrint { Kernel.debugPut(byte) }
    index += 1
  }
}

/// Stops this protection domain with a fault that the monitor, or the parent, sees.
@inline(never) public func fatal(_ text: StaticString) -> Never {
  debugPrintName()
  debugPrint(": ")
  debugPrint(text)
  debugPrint("\n")
  // The null page is not mapped.
  cmicrokit_crash(0)
}
