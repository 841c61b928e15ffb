// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import XDR

/// A reply message: its header, decoded, and the results that follow (RFC 5531 section 9).
public struct RPCReply: Sendable {
  /// `accept_stat` and `reject_stat`.
  public enum Outcome: Equatable, Sendable {
    /// The procedure ran; its results follow.
    case success
    /// The server does not have the program.
    case programUnavailable
    /// The server has other versions of the program.
    case versionMismatch
    /// The program has no such procedure.
    case procedureUnavailable
    /// The server could not decode the arguments.
    case garbageArguments
    /// The server failed, for example for want of memory.
    case systemError
    /// The server has other versions of RPC itself.
    case rpcMismatch
    /// The server rejects the credentials for this reason (`auth_stat`).
    case authenticationError(UInt32)
  }

  /// Transaction ID of the call.
  public let xid: UInt32
  /// Whether the call succeeded, or why not.
  public let outcome: Outcome
  /// A reader positioned at the results; meaningful only on success.
  public let results: XDRReader

  /// Decodes a complete record, without its marks.
  public init(_ record: [UInt8]) throws(XDRError) {
    var reader = XDRReader(record)
    xid = try reader.uint32()
    guard try reader.uint32() == 1 else { throw .badValue }
    switch try reader.uint32() {
    case 0: outcome = try Self.accepted(&reader)
    case 1: outcome = try Self.denied(&reader)
    default: throw .badValue
    }
    results = reader
  }

  private static func accepted(_ reader: inout XDRReader) throws(XDRError) -> Outcome {
    _ = try reader.uint32()
    _ = try reader.opaque(limit: 400)
    switch try reader.uint32() {
    case 0: return .success
    case 1: return .programUnavailable
    case 2:
      _ = try reader.uint64()
      return .versionMismatch
    case 3: return .procedureUnavailable
    case 4: return .garbageArguments
    case 5: return .systemError
    default: throw .badValue
    }
  }

  private static func denied(_ reader: inout XDRReader) throws(XDRError) -> Outcome {
    switch try reader.uint32() {
    case 0:
      _ = try reader.uint64()
      return .rpcMismatch
    case 1: return .authenticationError(try reader.uint32())
    default: throw .badValue
    }
  }
}
