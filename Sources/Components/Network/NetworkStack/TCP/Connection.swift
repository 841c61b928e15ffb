// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

// Before changing anything in this folder read RFC 9293 (3.4 to 3.10), RFC 5681, 6582, 6675, 5961
// and 7323: most lines here answer one of their sentences.

/// What happened to a socket since its owner last looked.
public struct Readiness: OptionSet, Equatable, BitwiseCopyable, Sendable {
  public let rawValue: UInt8
  @inline(__always)
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// There is something to read, or the end of what the peer sends.
  public static var readable: Readiness { Readiness(rawValue: 1) }
  /// There is room to write again, or the connection is open now.
  public static var writable: Readiness { Readiness(rawValue: 2) }
  /// A connection can be accepted.
  public static var acceptable: Readiness { Readiness(rawValue: 4) }
  /// The connection is no more; `failure` tells why.
  public static var closed: Readiness { Readiness(rawValue: 8) }
}

/// One connection's state: RFC 9293's transmission control block.
///
/// Data is kept in two rings, of which a byte's sequence number is its place. Sent data lies in
/// `una ..< end`; received data that is not read in `read ..< rcvNext`, and what came out of order
/// behind it.
struct Connection: BitwiseCopyable {
  // Who.
  var local = Endpoint(IPv4Address.unspecified, 0)
  var remote = Endpoint(IPv4Address.unspecified, 0)
  var hash: UInt32 = 0
  var generation: UInt32 = 1
  var state = TCPState.closed
  var isUsed = false
  /// Whether it is in the table, and so hears of segments.
  var isListed = false
  /// The listener that it came from, until it is accepted; -1 for none.
  var listener: Int16 = -1
  /// Whether its owner has let go of it.
  var isOrphan = false
  /// Whether it was opened from here, so that a reset in SYN-RECEIVED is news to its owner.
  var isActive = false
  var tag: UInt = 0
  var settings = TCPSettings()
  var failure: TCPFailure?
  var events = Readiness(rawValue: 0)

  // Sending (RFC 9293, 3.3.1). `next` falls behind `highest` after a timeout only.
  var sendBuffer = Block()
  var iss = SequenceNumber(0)
  var sndUna = SequenceNumber(0)
  var sndNxt = SequenceNumber(0)
  var sndMax = SequenceNumber(0)
  /// Behind the last byte written.
  var sndEnd = SequenceNumber(0)
  var finQueued = false
  /// What the peer takes from `una` on, in bytes, and the most that it ever did.
  var sndWnd = 0
  var maxSndWnd = 0
  var sndWl1 = SequenceNumber(0)
  var sndWl2 = SequenceNumber(0)
  var sndWindShift: UInt8 = 0
  /// Bytes of data in a full segment.
  var mss = TCPLimits.defaultMSS
  var wantsWritable = false

  // Receiving.
  var receiveBuffer = Block()
  var irs = SequenceNumber(0)
  var rcvNxt = SequenceNumber(0)
  var rcvRead = SequenceNumber(0)
  /// The end of the window that the peer was told.
  var rcvEdge = SequenceNumber(0)
  var rcvWindShift: UInt8 = 0
  var outOfOrder = RangeSet()
  /// Where the last segment out of order lay: its block comes first (RFC 2018, 4).
  var latestOutOfOrder = SequenceNumber(0)
  var hasPeerFin = false
  var peerFin = SequenceNumber(0)
  var finReceived = false
  var rcvMSS = TCPLimits.defaultMSS
  /// Bytes that arrived since the last acknowledgement.
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
  /// `highest` when the present or last recovery began.
  var recover = SequenceNumber(0)
  /// How far the present recovery has sent again.
  var highRxt = SequenceNumber(0)
  /// `highest` when the first hole was sent again last: if what was sent later arrives, that was
  /// lost, too.
  var sndMaxAtResend = SequenceNumber(0)
  /// What lies below counts as lost, however few segments arrived behind it.
  var lossMark = SequenceNumber(0)
  var mustResend = false
  var didRescue = false
  var isTiming = false
  var timedSequence = SequenceNumber(0)
  var timedAt = Instant(nanoseconds: 0)
  var retries: UInt8 = 0
  /// How often the timeout was doubled, and how often it was for probes of a closed window: those say nothing about
  /// the path.
  var backoff: UInt8 = 0
  var probeBackoff: UInt8 = 0
  var probes: UInt8 = 0
  var wasWindowLimited = false

  // The probe for losses at the end of what was sent: whether one has to go or is on its way, where
  // what it repeats ends, and how many there were since the last progress.
  var tailPending = false
  var isTailOut = false
  var tailWasAcknowledged = false
  var tailTries: UInt8 = 0
  var tailEnd = SequenceNumber(0)

  // What to send whatever else there is.
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

  // The neighbour that frames go to.
  var hardware = MACAddress(0)
  var neighbourVersion: UInt32 = 0
  var neighbourUntil = Instant(nanoseconds: 0)

  init() {}
}

extension Connection {
  /// Bytes sent and not acknowledged.
  @inline(__always)
  var flight: Int { sndMax - sndUna }

  /// Bytes that can be read.
  @inline(__always)
  var readable: Int { (rcvNxt - rcvRead) &- (finReceived ? 1 : 0) }

  /// Bytes that can be written.
  @inline(__always)
  var writable: Int {
    // The SYN has a number, but no place in the ring.
    max(0, sendBuffer.byteCount &- max(0, sndEnd - sndUna))
  }

  /// The FIN's number, once it is queued.
  @inline(__always)
  var isFinAcknowledged: Bool { finQueued && sndUna > sndEnd }

  /// Bytes that the peer may send from `rcvNext` on, by what it was told.
  @inline(__always)
  var rcvWnd: Int { max(0, rcvEdge - rcvNxt) }

  /// When something has to be done without anything arriving.
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

  /// The connection is no more. Its owner is told; what is to be freed the stack frees.
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

  /// Starts the timer of what is not acknowledged.
  @inline(__always)
  mutating func startTimer(now: Instant) {
    retransmitAt =
      now
      + timer.rto.doubled(Int(backoff &+ probeBackoff), limit: TCPLimits.maximumTimeout)
  }

  /// The time that timestamps tell: milliseconds, from a start of its own for each connection
  /// (RFC 7323, 7.1).
  @inline(__always)
  func timestamp(now: Instant) -> UInt32 { now.milliseconds &+ timestampOffset }
}
