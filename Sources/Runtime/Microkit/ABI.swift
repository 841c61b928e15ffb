// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records

/// What differs between kernels, from the record that `serval generate` writes for the image's SDK and
/// configuration.
enum ABI {
  // Not `linked()`, which reports a missing record by printing, and so would ask here whether it can print. This
  // record always exists; unpatched it holds the values of the oldest SDK's release configuration.
  private static func field(_ field: Field<RuntimeABI, UInt32>) -> UInt32 {
    // Safety: patched.S reserves `byteCount` bytes in read-only memory.
    let bytes = unsafe LinkedBytes(start: RuntimeABI.linkedStart, count: RuntimeABI.byteCount)
    return UInt32.read(from: bytes, at: field.offset)
  }

  /// Label of the invocation IRQAckIRQ.
  static var interruptAcknowledge: UInt64 { UInt64(field(RuntimeABI.irqAckLabel)) }

  /// Whether the kernel was built with printing. Without it, debug output does nothing.
  static var canPrint: Bool { field(RuntimeABI.flags) & RuntimeABI.canPrint != 0 }

  /// Whether to acknowledge interrupts before the first receive, since one may have arrived already: from SDK 2.1
  /// on (seL4 issue 1536).
  static var acknowledgesFirst: Bool {
    field(RuntimeABI.flags) & RuntimeABI.acknowledgesFirst != 0
  }
}
