// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records

/// What differs between kernels, from the record that `serval generate` writes for the SDK and
/// configuration that the image is for.
enum ABI {
  // Not `linked()`: that prints when there is none, for which it would ask here. The record is always
  // there, with the values of the oldest SDK's release configuration.
  private static func field(_ field: Field<RuntimeABI, UInt32>) -> UInt32 {
    // Safety: patched.S reserves as many bytes, in memory that nobody writes.
    let bytes = unsafe LinkedBytes(start: RuntimeABI.linkedStart, count: RuntimeABI.byteCount)
    return UInt32.read(from: bytes, at: field.offset)
  }

  /// Label of the invocation IRQAckIRQ.
  static var interruptAcknowledge: UInt64 { UInt64(field(RuntimeABI.irqAckLabel)) }

  /// Whether the kernel was built with printing: debug output does nothing otherwise.
  static var canPrint: Bool { field(RuntimeABI.flags) & RuntimeABI.canPrint != 0 }

  /// Since 2.1 interrupts that came before the first receive are acknowledged then (seL4 issue 1536).
  static var acknowledgesFirst: Bool {
    field(RuntimeABI.flags) & RuntimeABI.acknowledgesFirst != 0
  }
}
