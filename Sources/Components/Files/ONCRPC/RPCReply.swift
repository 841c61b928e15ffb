// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import XDR

/// What a server says about a call before any result (RFC 5531 section 9).
public struct RPCReply: Sendable {
  public enum Outcome: Equatable, Sendable {
    /// The results follow.
    case success
    case programUnavailable
    case versionMismatch
    case procedureUnavailable
    case garbageArguments
    case systemError
    case rpcMismatch
    /// The server wants other credentials; the number is its reason (`auth_stat`).
    case authenticationError(UInt32)
  }

  public let xid: UInt32
  public let outcome: Outcome
  /// At the results.
  public let results: XDRReader

  /// Reads a whole record.
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
