// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

extension WebSocketEndpoint {
  /// Takes bytes of the peer, and returns how many it took: it stops behind a message, and takes nothing while the peer does
  /// not read what is sent to it.
  ///
  /// - Parameter frames: how many frames it completes at most; it is lowered by those that it has completed.
  public mutating func receive(
    _ bytes: Span<UInt8>, now: Instant, frames: inout Int
  ) -> Int {
    settle(now: now)
    if !bytes.isEmpty { (heard, pingSent) = (now, nil) }
    var taken = 0
    while taken < bytes.count, frames > 0 {
      switch state {
      case .closed, .aborted: return bytes.count
      case .open where messageEvent != nil || isCongested: return taken
      case .open, .closing: break
      }
      let rest = bytes.extracting(taken..<bytes.count)
      taken += frame == nil ? readHeader(rest, now) : readPayload(rest)
      if let frame, frameCount == frame.length {
        finish(frame, now)
        frames -= 1
      }
    }
    return taken
  }

  /// Takes bytes of the peer, however many frames they have.
  public mutating func receive(_ bytes: Span<UInt8>, now: Instant) -> Int {
    var frames = Int.max
    return receive(bytes, now: now, frames: &frames)
  }

  /// The peer has ended its direction without a Close frame.
  public mutating func peerEnded() {
    if state == .open || state == .closing { abort() }
  }

  /// Whether the peer reads too slowly to be listened to.
  var isCongested: Bool { output.count > limits.outputByteCount / 2 }

  // MARK: Frames

  private mutating func readHeader(_ bytes: Span<UInt8>, _ now: Instant) -> Int {
    var taken = 0
    while taken < bytes.count {
      headerBytes.append(bytes[taken])
      taken += 1
      switch FrameHeader.read(headerBytes) {
      case .needs: continue
      case .malformed(let why): fail(.protocolError, why)
      case .header(let header):
        headerBytes.removeAll(keepingCapacity: true)
        begin(header, now)
      }
      break
    }
    return taken
  }

  private mutating func begin(_ header: FrameHeader, _ now: Instant) {
    if header.opcode.isControl {
      controlPayload.removeAll(keepingCapacity: true)
      guard header.opcode == .close || countControlFrame(now) else {
        return fail(.policyViolation, "too many pings and pongs")
      }
    } else {
      if header.opcode == .continuation {
        guard messageKind != nil else { return fail(.protocolError, "nothing to continue") }
      } else {
        guard messageKind == nil else {
          return fail(.protocolError, "a new message within another one")
        }
        messageKind = header.opcode
      }
      fragmentCount += 1
      guard fragmentCount <= limits.fragmentCount else {
        return fail(.policyViolation, "too many fragments")
      }
      guard header.length <= UInt64(max(limits.frameByteCount, 0)),
        header.length <= UInt64(max(limits.messageByteCount - message.count, 0))
      else { return fail(.messageTooBig, "the message is too long") }
    }
    (frame, frameCount) = (header, 0)
  }

  private mutating func countControlFrame(_ now: Instant) -> Bool {
    if now - controlWindow >= .seconds(1) { (controlWindow, controlCount) = (now, 0) }
    controlCount += 1
    return controlCount <= limits.controlFrameRate
  }

  private mutating func readPayload(_ bytes: Span<UInt8>) -> Int {
    guard let frame else { return 0 }
    let count = Int(min(UInt64(bytes.count), frame.length - frameCount))
    let payload = bytes.extracting(0..<count)
    let phase = Int(frameCount & 3)
    frameCount += UInt64(count)
    if frame.opcode.isControl {
      controlPayload.append(payload, mask: frame.mask, phase: phase)
      return count
    }
    // After our own Close, messages have no reader.
    if state == .closing { return count }
    guard reserve(count, of: frame) else {
      fail(.tryAgainLater, "short of memory")
      return count
    }
    let start = message.count
    message.append(payload, mask: frame.mask, phase: phase)
    if messageKind == .text {
      var validator = validator
      let new = message.count - start
      let valid = validator.prefix(message.span.extracting(start..<message.count))
      self.validator = validator
      if valid < new { fail(.invalidPayload, "the text is not UTF-8") }
    }
    return count
  }

  /// Makes room in `message` for `count` more bytes of `frame`, all of whose bytes but these have been counted. Memory grows
  /// with what arrives, and not beyond the message.
  private mutating func reserve(_ count: Int, of frame: FrameHeader) -> Bool {
    let needed = message.count + count
    guard message.capacity < needed else { return true }
    let whole =
      frame.isFinal ? needed + Int(clamping: frame.length - frameCount) : limits.messageByteCount
    let capacity = max(needed, min(needed + max(2048, needed / 8), whole))
    guard capacity - message.capacity <= memoryLimit - heldByteCount else { return false }
    message.reserveCapacity(capacity)
    return true
  }

  private mutating func finish(_ frame: FrameHeader, _ now: Instant) {
    self.frame = nil
    switch frame.opcode {
    case .ping:
      let payload = controlPayload
      if state == .open { append(.pong, payload.span) }
    case .pong: break
    case .close: peerClosed()
    case .continuation, .text, .binary: if frame.isFinal { finishMessage() }
    }
    settle(now: now)
  }

  private mutating func finishMessage() {
    defer {
      message = []
      (messageKind, fragmentCount, validator) = (nil, 0, UTF8Validator())
    }
    guard state == .open else { return }
    guard messageKind == .text else { return messageEvent = .binary(message) }
    guard validator.isComplete else { return fail(.invalidPayload, "the text is not UTF-8") }
    messageEvent = .text(String(decoding: message, as: UTF8.self))
  }
}

extension Array where Element == UInt8 {
  /// Appends a client's payload without its mask, whose byte `phase` is for the first byte.
  fileprivate mutating func append(_ payload: Span<UInt8>, mask: UInt32, phase: Int) {
    let start = count
    append(copying: payload)
    var bytes = mutableSpan
    for index in start..<bytes.count {
      let place = UInt32(truncatingIfNeeded: (index &- start &+ phase) & 3)
      bytes[index] ^= UInt8(truncatingIfNeeded: mask >> (8 &* place))
    }
  }
}
