// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

// Before changing anything in this folder, read RFC 9293 (3.4 to 3.10), RFC 5681, 6582, 6675, 5961
// and 7323: most lines here implement one of their sentences. Variables bear the RFCs' names
// (SND.UNA is `sndUna`, TS.Recent is `tsRecent`, HighRxt is `highRxt`).

/// What has happened to a socket since its owner last took an event.
public struct Readiness: OptionSet, Equatable, BitwiseCopyable, Sendable {
  /// The events as bits.
  public let rawValue: UInt8
  /// A set from its bits.
  @inline(__always)
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Data, or the end of the peer's data, can be read.
  public static var readable: Readiness { Readiness(rawValue: 1) }
  /// There is room to write again, or the connection has opened.
  public static var writable: Readiness { Readiness(rawValue: 2) }
  /// A connection can be accepted.
  public static var acceptable: Readiness { Readiness(rawValue: 4) }
  /// The connection has ended; `failure` tells why.
  public static var closed: Readiness { Readiness(rawValue: 8) }
}

/// One connection's state: RFC 9293's transmission control block.
///
/// Data lies in two rings indexed by sequence number. Sent data occupies `sndUna ..< sndEnd`;
/// received data that the owner has not read occupies `rcvRead ..< rcvNxt`, with out-of-order data
/// behind it.
struct Connection: BitwiseCopyable {
  // Identity.
  var local = Endpoint(IPv4Address.unspecified, 0)
  var remote = Endpoint(IPv4Address.unspecified, 0)
  var hash: UInt32 = 0
  var generation: UInt32 = 1
  var state = TCPState.closed
  var isUsed = false
  /// Whether it is in the table, and so receives segments.
  var isListed = false
  /// The listener that it came from, until it is accepted; -1 if none.
  var listener: Int16 = -1
  /// Whether its owner has closed it.
  var isOrphan = false
  /// Whether this end opened it: a reset in SYN-RECEIVED then concerns its owner.
  var isActive = false
  var tag: UInt = 0
  var settings = TCPSettings()
  var failure: TCPFailure?
  var events = Readiness(rawValue: 0)

  // Sending (RFC 9293, 3.3.1). `sndNxt` falls behind `sndMax` when sending restarts at `sndUna`, as
  // after a timeout.
  var sendBuffer = Block()
  var iss = SequenceNumber(0)
  var sndUna = SequenceNumber(0)
  var sndNxt = SequenceNumber(0)
  var sndMax = SequenceNumber(0)
  /// One past the last byte written.
  var sndEnd = SequenceNumber(0)
  var finQueued = false
  /// The peer's window from `sndUna` on, in bytes, and the largest it has been.
  var sndWnd = 0
  var maxSndWnd = 0
  var sndWl1 = SequenceNumber(0)
  var sndWl2 = SequenceNumber(0)
  var sndWindShift: UInt8 = 0
  /// Bytes of data in a full segment to the peer, options of every segment deducted.
  var mss = TCPLimits.defaultMSS
  var wantsWritable = false

  // Receiving.
  var receiveBuffer = Block()
  var irs = SequenceNumber(0)
  var rcvNxt = SequenceNumber(0)
  var rcvRead = SequenceNumber(0)
  /// The right edge of the window that the peer was told.
  var rcvEdge = SequenceNumber(0)
  var rcvWindShift: UInt8 = 0
  var outOfOrder = RangeSet()
  /// Start of the last out-of-order segment, whose block is sent first (RFC 2018, 4).
  var latestOutOfOrder = SequenceNumber(0)
  var hasPeerFin = false
  var peerFin = SequenceNumber(0)
  var finReceived = false
  var rcvMSS = TCPLimits.defaultMSS
  /// Bytes that have arrived since the last acknowledgement.
  var unacknowledged = 0
  var ackNow = false

  // Options.
  var usesScaling = false
  var usesTimestamps = false
  var usesSACK = false
  var timestampOffset: UInt32 = 0
  var tsRecent: UInt32 = 0
  var tsRecentAt = Instant(nanoseconds: 0)
  var lastAckSent = SequenceNumber(0)

  // Loss and congestion.
  var timer = RoundTripTimer()
  var congestion = CongestionControl()
  var scoreboard = RangeSet()
  var dupAcks = 0
  var isRecovering = false
  /// `sndMax` when the current or last recovery began.
  var recover = SequenceNumber(0)
  /// One past the highest byte that the current recovery has retransmitted.
  var highRxt = SequenceNumber(0)
  /// `sndMax` at the last retransmission of the first hole: if data sent after that arrives, the
  /// retransmission was lost too.
  var sndMaxAtResend = SequenceNumber(0)
  /// Everything below counts as lost, however few segments have arrived behind it.
  var lossMark = SequenceNumber(0)
  var mustResend = false
  var didRescue = false
  var isTiming = false
  var timedSequence = SequenceNumber(0)
  var timedAt = Instant(nanoseconds: 0)
  var retries: UInt8 = 0
  /// Doublings of the timeout, and doublings for probes of a closed window, which say nothing about
  /// the path.
  var backoff: UInt8 = 0
  var probeBackoff: UInt8 = 0
  var probes: UInt8 = 0
  var wasWindowLimited = false

  // The tail loss probe: whether one is due or in flight, where the data that it repeats ends, and
  // how many were sent since the last progress.
  var tailPending = false
  var isTailOut = false
  var tailWasAcknowledged = false
  var tailTries: UInt8 = 0
  var tailEnd = SequenceNumber(0)

  // Segments to send regardless of data and windows.
  var synPending = false
  var resetPending = false
  var probePending = false
  var keepAlivePending = false

  // Moments.
  var retransmitAt = Instant.never
  var tailAt = Instant.never
  var acknowledgeAt = Instant.never
  var lingerAt = Instant.never
  var lastHeard = Instant(nanoseconds: 0)
  var lastSent = Instant(nanoseconds: 0)
  var lastProgress = Instant(nanoseconds: 0)
  var lastKeepAlive = Instant(nanoseconds: 0)
  var lastChallenge = Instant(nanoseconds: 0)

  // The neighbour that receives this connection's frames.
  var hardware = MACAddress(0)
  var neighbourVersion: UInt32 = 0
  var neighbourUntil = Instant(nanoseconds: 0)

  @inline(__always)
  init() {}
}

extension Connection {
  /// Bytes sent but not acknowledged.
  @inline(__always)
  var flight: Int { sndMax - sndUna }

  /// Bytes that can be read.
  @inline(__always)
  var readable: Int { (rcvNxt - rcvRead) &- (finReceived ? 1 : 0) }

  /// Bytes that can be written.
  @inline(__always)
  var writable: Int {
    // The SYN has a sequence number but occupies no byte of the ring.
    max(0, sendBuffer.byteCount &- max(0, sndEnd - sndUna))
  }

  /// Whether the peer has acknowledged our FIN.
  @inline(__always)
  var isFinAcknowledged: Bool { finQueued && sndUna > sndEnd }

  /// Bytes that the peer may send from `rcvNxt` on: the window last advertised.
  @inline(__always)
  var rcvWnd: Int { max(0, rcvEdge - rcvNxt) }

  /// When `runTimers` has work to do if no segment arrives.
  var deadline: Instant {
    mutating get {
      var moment = min(min(retransmitAt, tailAt), min(acknowledgeAt, lingerAt))
      if state.isSynchronised, state != .timeWait {
        if settings.keepAlive > .zero { moment = min(moment, keepAliveAt) }
        if settings.idleLimit > .zero { moment = min(moment, lastProgress + settings.idleLimit) }
      }
      return moment
    }
  }

  var keepAliveAt: Instant {
    mutating get {
      probes == 0 ? lastHeard + settings.keepAlive : lastKeepAlive + TCPLimits.keepAliveInterval
    }
  }

  @inline(__always)
  mutating func raise(_ event: Readiness) {
    events = Readiness(rawValue: events.rawValue | event.rawValue)
  }

  /// Ends the connection with a reason, which the owner learns from a `closed` event. The stack
  /// frees the buffers.
  mutating func fail(_ reason: TCPFailure) {
    failure = reason
    enterClosed()
  }

  mutating func enterClosed() {
    state = .closed
    retransmitAt = .never
    tailAt = .never
    acknowledgeAt = .never
    lingerAt = .never
    synPending = false
    tailPending = false
    probePending = false
    keepAlivePending = false
    mustResend = false
    isRecovering = false
    ackNow = false
    raise(.closed)
  }

  mutating func enterTimeWait(now: Instant) {
    state = .timeWait
    retransmitAt = .never
    tailAt = .never
    lingerAt = now + TCPLimits.timeWait
  }

  /// Starts the retransmission timer.
  @inline(__always)
  mutating func startTimer(now: Instant) {
    retransmitAt =
      now
      + timer.rto.doubled(Int(backoff &+ probeBackoff), limit: TCPLimits.maximumTimeout)
  }

  /// The timestamp clock: milliseconds from an offset that differs for each connection (RFC 7323,
  /// 7.1).
  @inline(__always)
  func timestamp(now: Instant) -> UInt32 { now.milliseconds &+ timestampOffset }
}
