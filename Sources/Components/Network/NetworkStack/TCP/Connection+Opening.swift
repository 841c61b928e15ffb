// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time
import Wire

extension Connection {
  /// Begins an active open.
  mutating func open(initialSequence: SequenceNumber, mtu: Int, now: Instant) {
    begin(initialSequence, now: now)
    mss = mtu &- 40
    isActive = true
    state = .synSent
    setReceiveScale()
  }

  /// Begins a passive open. `window` is the window to offer, in bytes: there are no buffers yet.
  mutating func open(
    answering header: TCPHeader, _ options: TCPOptions, initialSequence: SequenceNumber, mtu: Int,
    window: Int, now: Instant
  ) {
    begin(initialSequence, now: now)
    mss = mtu &- 40
    setReceiveScale()
    state = .synReceived
    synArrived(header, options, offering: window, now: now)
  }

  private mutating func begin(_ initialSequence: SequenceNumber, now: Instant) {
    iss = initialSequence
    sndUna = initialSequence
    sndNxt = initialSequence
    sndMax = initialSequence
    sndEnd = initialSequence + 1
    recover = initialSequence
    lossMark = initialSequence
    synPending = true
    lastHeard = now
    lastProgress = now
  }

  /// Chooses the smallest shift with which the whole buffer can be offered (RFC 7323, 2.2).
  private mutating func setReceiveScale() {
    rcvWindShift = 0
    while settings.receiveByteCount >> Int(rcvWindShift) > 65535, rcvWindShift < 14 {
      rcvWindShift &+= 1
    }
  }

  /// Reads the peer's SYN. An option is used if both sides have sent it.
  mutating func synArrived(
    _ header: TCPHeader, _ options: TCPOptions, offering window: Int, now: Instant
  ) {
    irs = header.sequence
    rcvNxt = header.sequence + 1
    rcvRead = rcvNxt
    lastAckSent = rcvNxt
    // The window of a SYN is never scaled.
    rcvEdge = rcvNxt + min(window, 65535)
    rcvMSS = mss
    let told = options.mss.map { Int($0) } ?? TCPLimits.defaultMSS
    mss = max(min(mss, told), TCPLimits.leastMSS)
    usesScaling = options.windowScale != nil
    sndWindShift = options.windowScale ?? 0
    if !usesScaling {
      rcvWindShift = 0
    }
    usesSACK = options.permitsSACK
    if let timestamps = options.timestamps {
      usesTimestamps = true
      tsRecent = timestamps.value
      tsRecentAt = now
      mss &-= 12
    }
    sndWnd = Int(header.window)
    maxSndWnd = sndWnd
    sndWl1 = header.sequence
    sndWl2 = header.acknowledgement
    congestion.start(mss: mss)
  }

  /// The options of our SYN, with or without an ACK.
  mutating func synOptions(mtu: Int, now: Instant) -> TCPOptions {
    var options = TCPOptions()
    options.mss = UInt16(clamping: mtu &- 40)
    let isFirst = state == .synSent
    if isFirst || usesScaling { options.windowScale = rcvWindShift }
    options.permitsSACK = isFirst || usesSACK
    if isFirst || usesTimestamps {
      options.timestamps = .init(
        value: timestamp(now: now), echo: isFirst ? 0 : tsRecent)
    }
    return options
  }
}
