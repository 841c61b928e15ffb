// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import Time

/// What a TLS server offers, and its limits.
public struct TLSSettings {
  /// The certificates; the first one is for clients that name no host, or one that none is for.
  public var credentials: [Credential]
  /// Protocols of the application, the best first. A client that offers others only is turned away; one that offers none is not. Without
  /// any, what clients offer is ignored.
  public var applicationProtocols: [[UInt8]] = [[UInt8]("http/1.1")]
  /// Cipher suites, the best first.
  public var suites = CipherSuite.all(hasAES: true)
  /// Groups for the key exchange, the best first.
  public var groups = Group.all

  /// The time that a handshake may take.
  public var handshakeTime = Interval.seconds(10)
  /// Bytes that a client may send until the handshake is done.
  public var handshakeByteCount = 48 << 10
  /// The longest ClientHello, in bytes.
  public var helloByteCount = 16 << 10
  /// Handshakes at the same time. Beyond that, a new one takes the place of the oldest that has had `handshakeGrace`, or is refused.
  public var handshakeLimit = 64
  /// The time for which no handshake has to make way for another.
  public var handshakeGrace = Interval.seconds(1)
  /// The time for which a peer may read the last alert, before the connection is closed. Not more than `handshakeLimit` connections are
  /// kept for that.
  public var closingTime = Interval.seconds(2)

  /// How long tickets of resumption live; zero for none. RFC 8446 allows seven days.
  public var ticketLifetime = Interval.seconds(7200)
  /// Tickets after a full handshake; there is one after a resumed one.
  public var ticketCount = 2
  /// If not 0, a ticket resumes one connection, and only while it is among the last so many. Without 0-RTT, a second use does no harm
  /// but costs a client its unlinkability (RFC 8446, C.4), so that it is the client's choice by default.
  public var singleUseTickets = 0

  /// Text in a record that is sent, in bytes: at most 16,384.
  public var recordByteCount = 1 << 14
  /// Records after which a direction gets new keys. RFC 8446, 5.5 allows 24 million with AES-GCM.
  public var recordsForKey: UInt64 = 1 << 23
  /// Bytes of records and messages that all connections together may hold. Beyond that, the one whose record is incomplete, or was not
  /// taken, for the longest time is reset, and records that are sent have 1 KB.
  public var memoryLimit = 8 << 20

  /// Text of a record that is sent while memory is short, in bytes.
  static var crampedByteCount: Int { 1024 }

  /// The most that so many connections can hold, in bytes, whatever their peers do, besides what the inner server holds.
  public func memoryBound(connections: Int) -> Int {
    // A connection with its keys; then a short record, and what a handshake holds for its end.
    let each = 2048 + Self.crampedByteCount + 512
    let handshake = 4096 + credentials.reduce(0) { max($0, $1.message.count) }
    // One call may go beyond the limit by a record in each direction, and twice while an array grows.
    let largest = 4 * (RecordLimit.text + RecordLimit.expansion) + 2 * helloByteCount
    return memoryLimit + connections * each + handshakeLimit * handshake + largest
  }

  /// The defaults.
  public init(_ credentials: [Credential]) { self.credentials = credentials }
}
