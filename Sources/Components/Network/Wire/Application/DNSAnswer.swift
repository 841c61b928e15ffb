// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// A name server's answer to a `DNSQuery`.
public struct DNSAnswer: BitwiseCopyable, Sendable {
  /// The result of a query.
  public enum Outcome: Equatable, BitwiseCopyable, Sendable {
    /// Addresses were found.
    case found
    /// The name exists but has no address.
    case noAddress
    /// The name does not exist (code 3).
    case noSuchName
    /// The server failed or refused (any other code), or the answer was truncated.
    case failed(code: UInt8)
  }

  /// The result.
  public private(set) var outcome = Outcome.noAddress
  /// The first addresses found, of which `addressCount` are valid.
  public private(set) var addresses = InlineArray<4, IPv4Address>(repeating: .unspecified)
  /// Number of addresses, 0...4.
  public private(set) var addressCount = 0
  /// Seconds for which the answer is valid: the least TTL of the records that led to it.
  public private(set) var timeToLive: UInt32 = .max

  /// Nil for a malformed message, or one that does not answer `query`: the identifier and the
  /// question must match (RFC 5452, 9.1). Aliases are followed in the order of the records, as
  /// servers send them.
  public init?(parsing message: borrowing RawSpan, to query: DNSQuery) {
    guard message.byteCount >= 12, message.number16(at: 0) == query.identifier else { return nil }
    let flags = message.number16(at: 2)
    guard flags & 0xf800 == 0x8000, message.number16(at: 4) == 1 else { return nil }
    var offset = 12
    guard var wanted = DNSName(parsing: message, at: &offset), wanted == query.name,
      offset &+ 4 <= message.byteCount, message.number32(at: offset) == 0x0001_0001
    else { return nil }
    offset &+= 4
    let code = UInt8(truncatingIfNeeded: flags & 0xf)
    guard code == 0 else {
      outcome = code == 3 ? .noSuchName : .failed(code: code)
      return
    }
    let isCutOff = flags & 0x0200 != 0
    for _ in 0..<message.number16(at: 6) {
      guard let owner = DNSName(parsing: message, at: &offset),
        offset &+ 10 <= message.byteCount
      else {
        guard isCutOff else { return nil }
        break
      }
      let typeAndClass = message.number32(at: offset)
      let life = message.number32(at: offset &+ 4)
      let length = Int(message.number16(at: offset &+ 8))
      let data = offset &+ 10
      guard data &+ length <= message.byteCount else {
        guard isCutOff else { return nil }
        break
      }
      if owner == wanted, typeAndClass == 0x0001_0001 {
        guard length == 4 else { return nil }
        add(IPv4Address(message.number32(at: data)), life)
      } else if owner == wanted, typeAndClass == 0x0005_0001 {
        var end = data
        guard let alias = DNSName(parsing: message, at: &end), end == data &+ length else {
          return nil
        }
        wanted = alias
        timeToLive = min(timeToLive, life)
      }
      offset = data &+ length
    }
    if addressCount == 0, isCutOff { outcome = .failed(code: 0) }
  }

  private mutating func add(_ address: IPv4Address, _ life: UInt32) {
    outcome = .found
    // A TTL with the top bit set counts as zero (RFC 2181, 8).
    timeToLive = min(timeToLive, life >> 31 == 0 ? life : 0)
    guard addressCount < 4 else { return }
    addresses[addressCount] = address
    addressCount &+= 1
  }
}
