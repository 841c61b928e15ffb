// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

extension Connection {
  /// Begins an active open.
  mutating func open(initialSequence: SequenceNumber, unit: Int, now: Instant) {
    begin(initialSequence, now: now)
    segment = unit &- 40
    isActive = true
    state = .synSent
    setReceiveScale()
  }

  /// Answers a SYN. `window` is what can be offered in bytes: there are no buffers yet.
  mutating func open(
    answering header: TCPHeader, _ options: TCPOptions, initialSequence: SequenceNumber, unit: Int,
    window: Int, now: Instant
  ) {
    begin(initialSequence, now: now)
    segment = unit &- 40
    setReceiveScale()
    state = .synReceived
    take(syn: header, options, offering: window, now: now)
  }

  private mutating func begin(_ initialSequence: SequenceNumber, now: Instant) {
    initialSend = initialSequence
    una = initialSequence
    next = initialSequence
    highest = initialSequence
    end = initialSequence + 1
    recover = initialSequence
    lossMark = initialSequence
    synPending = true
    lastHeard = now
    lastProgress = now
  }

  /// The smallest shift that lets the whole buffer be offered (RFC 7323, 2.2).
  private mutating func setReceiveScale() {
    receiveScale = 0
    while settings.receiveByteCount >> Int(receiveScale) > 65535, receiveScale < 14 {
      receiveScale &+= 1
    }
  }

  /// Takes what the peer's SYN says. An option is used when both sides have sent it.
  mutating func take(
    syn header: TCPHeader, _ options: TCPOptions, offering window: Int, now: Instant
  ) {
    initialReceive = header.sequence
    rcvNext = header.sequence + 1
    read = rcvNext
    lastAckSent = rcvNext
    // The window of a SYN is never scaled.
    edge = rcvNext + min(window, 65535)
    peerSegment = segment
    let told = options.maximumSegmentSize.map { Int($0) } ?? TCPLimits.defaultSegment
    segment = max(min(segment, told), TCPLimits.leastSegment)
    usesScaling = options.windowScale != nil
    sendScale = options.windowScale ?? 0
    if !usesScaling {
      receiveScale = 0
    }
    usesSelective = options.permitsSelectiveAcknowledgement
    if let timestamps = options.timestamps {
      usesTimestamps = true
      recentTimestamp = timestamps.value
      recentTimestampAt = now
      segment &-= 12
    }
    self.window = Int(header.window)
    greatestWindow = self.window
    windowSequence = header.sequence
    windowAcknowledgement = header.acknowledgement
    congestion.start(segment: segment)
  }

  /// Its options, in a segment with or without an ACK.
  mutating func synOptions(unit: Int, now: Instant) -> TCPOptions {
    var options = TCPOptions()
    options.maximumSegmentSize = UInt16(clamping: unit &- 40)
    let isFirst = state == .synSent
    if isFirst || usesScaling { options.windowScale = receiveScale }
    options.permitsSelectiveAcknowledgement = isFirst || usesSelective
    if isFirst || usesTimestamps {
      options.timestamps = .init(
        value: timestamp(now: now), echo: isFirst ? 0 : recentTimestamp)
    }
    return options
  }
}
