// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Where the SDK's tool puts a protection domain's stack and IPC buffer (sel4.rs of each version). Both
/// boards have a stage 2 address space of 40 bits.
struct AddressLayout {
  let sdk: SDKVersion

  static let addressSpaceEnd: UInt64 = 1 << 40
  /// Bytes.
  static let page: UInt64 = 0x1000

  /// From 2.3.0 on, the IPC buffer and a guard page lie above the stack.
  var stackTop: UInt64 {
    sdk < .v2_3_0 ? Self.addressSpaceEnd : Self.addressSpaceEnd - 2 * Self.page
  }

  /// Nil if it is the value of the image's symbol `ipcBufferSymbol`, as before 2.3.0.
  var ipcBuffer: UInt64? { sdk < .v2_3_0 ? nil : Self.addressSpaceEnd - Self.page }
  static let ipcBufferSymbol = "__sel4_ipc_buffer_obj"
}
