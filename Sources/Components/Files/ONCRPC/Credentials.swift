// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import XDR

/// Credentials of a call (RFC 5531 sections 8.2, 10.1 and appendix A).
public enum Credentials: Equatable, Sendable {
  /// AUTH_NONE.
  case none
  /// AUTH_SYS. The machine name is cut to 255 bytes and the groups to 16.
  case system(machineName: [UInt8], user: UInt32, group: UInt32, groups: [UInt32])

  func write(to writer: inout XDRWriter) {
    switch self {
    case .none:
      writer.uint32(0)
      writer.uint32(0)
    case .system(let machineName, let user, let group, let groups):
      var body = XDRWriter()
      // The stamp is arbitrary.
      body.uint32(0)
      body.opaque(Array(machineName.prefix(255)))
      body.uint32(user)
      body.uint32(group)
      body.uint32(UInt32(min(groups.count, 16)))
      for group in groups.prefix(16) { body.uint32(group) }
      writer.uint32(1)
      writer.opaque(body.bytes)
    }
  }
}
