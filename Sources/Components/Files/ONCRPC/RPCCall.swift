// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import XDR

/// A procedure of an RPC program (RFC 5531 section 7).
public struct Procedure: Equatable, Sendable {
  /// Program number.
  public var program: UInt32
  /// Version of the program.
  public var version: UInt32
  /// Procedure number.
  public var number: UInt32

  /// The procedure with these numbers.
  public init(program: UInt32, version: UInt32, number: UInt32) {
    self.program = program
    self.version = version
    self.number = number
  }
}

/// A call message, encoded as a record of one fragment (RFC 5531 sections 9 and 11).
public struct RPCCall: Sendable {
  /// The record, starting with its mark.
  public let record: [UInt8]

  /// Encodes a call.
  ///
  /// - Parameters:
  ///   - xid: transaction ID, which the reply repeats.
  ///   - arguments: writes the procedure's arguments.
  public init(
    xid: UInt32, _ procedure: Procedure, _ credentials: Credentials,
    _ arguments: (inout XDRWriter) -> Void
  ) {
    var writer = XDRWriter()
    // Record mark (filled in below), transaction, CALL, RPC version.
    writer.uint32(0)
    writer.uint32(xid)
    writer.uint32(0)
    writer.uint32(2)
    writer.uint32(procedure.program)
    writer.uint32(procedure.version)
    writer.uint32(procedure.number)
    credentials.write(to: &writer)
    // The verifier is AUTH_NONE.
    writer.uint32(0)
    writer.uint32(0)
    arguments(&writer)
    writer.replace(at: 0, 1 << 31 | UInt32(clamping: writer.bytes.count - 4))
    record = writer.bytes
  }
}
