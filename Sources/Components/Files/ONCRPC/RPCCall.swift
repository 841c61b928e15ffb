// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import XDR

/// A program's procedure (RFC 5531 section 7).
public struct Procedure: Equatable, Sendable {
  public var program: UInt32
  public var version: UInt32
  public var number: UInt32

  public init(program: UInt32, version: UInt32, number: UInt32) {
    self.program = program
    self.version = version
    self.number = number
  }
}

/// A call message as one record of one fragment.
public struct RPCCall: Sendable {
  /// With the record's mark in front.
  public let record: [UInt8]

  /// - Parameter arguments: writes the procedure's arguments.
  public init(
    xid: UInt32, _ procedure: Procedure, _ credentials: Credentials,
    _ arguments: (inout XDRWriter) -> Void
  ) {
    var writer = XDRWriter()
    writer.uint32(0)
    writer.uint32(xid)
    writer.uint32(0)
    writer.uint32(2)
    writer.uint32(procedure.program)
    writer.uint32(procedure.version)
    writer.uint32(procedure.number)
    credentials.write(to: &writer)
    // The verifier is always of the flavour that says nothing.
    writer.uint32(0)
    writer.uint32(0)
    arguments(&writer)
    writer.replace(at: 0, 1 << 31 | UInt32(clamping: writer.bytes.count - 4))
    record = writer.bytes
  }
}
