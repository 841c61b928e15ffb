// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// Behaviour of a TCP connection, or of those that a listener accepts.
public struct TCPSettings: BitwiseCopyable, Sendable {
  /// Buffer for received data that is not read, in bytes. Sizes are rounded up to powers of two. If
  /// memory is short a connection gets less, down to `leastByteCount`; if not even that is free, it
  /// is refused.
  public var receiveByteCount = 16384
  /// Buffer for written data that is not acknowledged, in bytes; rounded as above.
  public var sendByteCount = 16384
  /// The smallest buffer that a connection accepts, in bytes.
  public var leastByteCount = 2048
  /// Sends small segments at once instead of waiting for an acknowledgement (no Nagle; RFC 9293,
  /// 3.7.4).
  public var isImmediate = false
  /// Lends in-order data in its frame (`Delivery.stream`) instead of copying it.
  public var isDirect = false
  /// Silence after which the peer is probed; zero disables keep-alive (RFC 9293, 3.8.4).
  public var keepAlive = Interval.zero
  /// Time without a byte sent or received after which the connection is given up; zero for no
  /// limit.
  public var idleLimit = Interval.zero
  /// For a listener: completed connections that may wait for `accept`.
  public var backlog = 64

  /// The default settings.
  public init() {}
}

/// Times and limits that are the same for all connections.
enum TCPLimits {
  /// RFC 6298 (2.1).
  static var initialTimeout: Interval { .seconds(1) }
  /// RFC 6298 (2.4) recommends 1 s, to be safe from delayed acknowledgements. Today's peers delay
  /// them by 40 ms to 200 ms and use 200 ms themselves.
  static var minimumTimeout: Interval { .milliseconds(200) }
  /// RFC 6298 (2.5).
  static var maximumTimeout: Interval { .seconds(60) }
  /// Less than the 500 ms of RFC 9293, 3.8.6.3.
  static var delayedAcknowledgement: Interval { .milliseconds(40) }
  /// How long a peer may delay the acknowledgement of a lone segment, and the shortest wait before
  /// a tail loss probe (RFC 8985, 7.2, 9.4). Linux delays by 40 ms, others by 100 ms; 2 ms lets a
  /// busy peer be scheduled again. A probe that is too early costs one segment and nothing else.
  static var peersDelay: Interval { .milliseconds(100) }
  static var leastProbe: Interval { .milliseconds(2) }
  /// Consecutive timeouts after which a connection is given up (RFC 9293, 3.8.3, R2: at least 100
  /// s).
  static var retries: UInt8 { 12 }
  /// The same during an active open (at least 3 minutes).
  static var synRetries: UInt8 { 7 }
  /// The same for a passive open.
  static var synAckRetries: UInt8 { 5 }
  /// Delay before a SYN is repeated after a reset for a stale acknowledgement.
  static var synAfterReset: Interval { .milliseconds(10) }
  /// Twice the maximum segment lifetime, taken as 30 s.
  static var timeWait: Interval { .seconds(60) }
  /// How long a connection without an owner waits in FIN-WAIT-2 for the peer's FIN.
  static var orphanWait: Interval { .seconds(60) }
  static var keepAliveInterval: Interval { .seconds(75) }
  static var keepAliveProbes: UInt8 { 9 }
  /// Least time between challenge ACKs (RFC 5961, 7).
  static var challengeInterval: Interval { .milliseconds(100) }
  /// Age at which a peer's timestamp becomes invalid (RFC 7323, 5.5).
  static var timestampLifetime: Interval { .seconds(24 * 24 * 3600) }
  /// The MSS of a peer that does not announce one (RFC 9293, MUST-15).
  static var defaultMSS: Int { 536 }
  /// The smallest MSS that we use, whatever a peer or a router asks for.
  static var leastMSS: Int { 88 }
}
