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

  static var flags: UInt32 { field(RuntimeABI.flags) }

  /// Whether the kernel was built with printing. Without it, debug output does nothing.
  static var canPrint: Bool { flags & RuntimeABI.canPrint != 0 }

  /// Whether to acknowledge interrupts before the first receive, since one may have arrived already: from SDK 2.1
  /// on (seL4 issue 1536).
  static var acknowledgesFirst: Bool {
    flags & RuntimeABI.acknowledgesFirst != 0
  }
}

/// The board's processors.
public enum Processors {
  /// Whether all have the Cryptographic Extension of Armv8-A, as the board's description says. No program can ask them: seL4
  /// lets none read their identification registers.
  public static var haveCryptographicExtension: Bool {
    ABI.flags & RuntimeABI.hasCryptographicExtension != 0
  }
}
