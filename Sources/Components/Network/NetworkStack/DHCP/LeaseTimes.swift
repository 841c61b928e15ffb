// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

/// A lease's times in seconds from the request (RFC 2131, 4.4.5): the server's, if they make sense
/// and do not keep the client busy.
struct LeaseTimes: Equatable, BitwiseCopyable {
  /// The shortest lease and the earliest renewal, in seconds: a server with shorter times would be
  /// asked incessantly.
  static var leastLease: UInt64 { 30 }
  static var leastRenewal: UInt64 { 15 }
  /// The lease in seconds if the server omits it, which it must not.
  static var unknownLease: UInt64 { 3600 }

  let lease: UInt64
  let renewal: UInt64
  let rebinding: UInt64
  let isInfinite: Bool

  init(_ message: DHCPMessage) {
    isInfinite = message.leaseTime == .max
    lease = max(message.leaseTime.map { UInt64($0) } ?? Self.unknownLease, Self.leastLease)
    // Half and seven eighths if the server omits the times or they are inconsistent.
    var first = Self.told(message.renewalTime) ?? lease / 2
    var second = Self.told(message.rebindingTime) ?? lease &* 7 / 8
    if first >= second || second >= lease { (first, second) = (lease / 2, lease &* 7 / 8) }
    renewal = max(first, Self.leastRenewal)
    rebinding = max(second, renewal)
  }

  private static func told(_ seconds: UInt32?) -> UInt64? {
    guard let seconds, seconds > 0 else { return nil }
    return UInt64(seconds)
  }
}
