// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Where an SDK's tool puts what a protection domain does not place itself (sel4.rs of each version):
/// with 40 bits of address, which both boards have.
struct MemoryLayout40 {
  let sdk: SDKVersion

  static let addressSpaceEnd: UInt64 = 1 << 40
  static let page: UInt64 = 0x1000

  var stackTop: UInt64 {
    sdk < .v2_3_0 ? Self.addressSpaceEnd : Self.addressSpaceEnd - 2 * Self.page
  }

  /// Nil where a symbol of the image tells it.
  var ipcBuffer: UInt64? { sdk < .v2_3_0 ? nil : Self.addressSpaceEnd - Self.page }
  static let ipcBufferSymbol = "__sel4_ipc_buffer_obj"
}
