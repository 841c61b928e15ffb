// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// How a TCP connection behaves, or those that a listener accepts.
public struct TCPSettings: BitwiseCopyable, Sendable {
  /// Bytes for what has arrived and is not read yet, and for what is written and not acknowledged;
  /// powers of two, others are rounded up. Less is given where the budget is nearly used up, down to
  /// `leastByteCount`; where not even that is there the connection is refused.
  public var receiveByteCount = 16384
  public var sendByteCount = 16384
  public var leastByteCount = 2048
  /// Sends small segments at once instead of waiting for an acknowledgement (RFC 9293, 3.7.4).
  public var isImmediate = false
  /// Lends data that arrives in order out of its frame (`Delivery.stream`) instead of copying it.
  public var isDirect = false
  /// Silence after which the peer is asked whether it is still there; zero never asks (RFC 9293,
  /// 3.8.4).
  public var keepAlive = Interval.zero
  /// Time without any byte sent or received after which the connection is given up; zero never does.
  public var idleLimit = Interval.zero
  /// For a listener: connections that are complete and wait for `accept`.
  public var backlog = 64

  public init() {}
}

/// The times and limits of TCP that are the same for all connections.
enum TCPLimits {
  /// RFC 6298 (2.1).
  static var initialTimeout: Interval { .seconds(1) }
  /// RFC 6298 (2.4) recommends 1 s, to be safe from delayed acknowledgements; those of today's peers
  /// come within 40 ms to 200 ms, and 200 ms is what they use themselves.
  static var minimumTimeout: Interval { .milliseconds(200) }
  /// RFC 6298 (2.5).
  static var maximumTimeout: Interval { .seconds(60) }
  /// RFC 9293, 3.8.6.3: less than 500 ms.
  static var delayedAcknowledgement: Interval { .milliseconds(40) }
  /// How long a peer may take to acknowledge a lone segment, and the least that a probe for the loss of
  /// the last of several waits (RFC 8985, 7.2, 9.4). Linux delays by 40 ms, others by 100 ms; 2 ms is
  /// what a busy peer may take to run again. A probe too early costs one segment and nothing else.
  static var peersDelay: Interval { .milliseconds(100) }
  static var leastProbe: Interval { .milliseconds(2) }
  /// Timeouts in a row after which a connection is given up (RFC 9293, 3.8.3, R2: 100 s at least).
  static var retries: UInt8 { 12 }
  /// The same while it is being opened (3 minutes at least for an active open).
  static var synRetries: UInt8 { 7 }
  /// And for a handshake that somebody else began.
  static var synAckRetries: UInt8 { 5 }
  /// From the reset for an answer that cannot be to the SYN once more.
  static var synAfterReset: Interval { .milliseconds(10) }
  /// Twice the maximum segment lifetime, which is taken to be 30 s.
  static var timeWait: Interval { .seconds(60) }
  /// How long a connection that was closed here waits for its peer to close.
  static var orphanWait: Interval { .seconds(60) }
  static var keepAliveInterval: Interval { .seconds(75) }
  static var keepAliveProbes: UInt8 { 9 }
  /// Time between answers to segments that may be forged (RFC 5961, 7).
  static var challengeInterval: Interval { .milliseconds(100) }
  /// Age at which a peer's timestamp says nothing any more (RFC 7323, 5.5).
  static var timestampLifetime: Interval { .seconds(24 * 24 * 3600) }
  /// What a peer takes that does not tell (RFC 9293, MUST-15).
  static var defaultMSS: Int { 536 }
  /// Segments below this are not made, whatever a peer or a router asks for.
  static var leastMSS: Int { 88 }
}
