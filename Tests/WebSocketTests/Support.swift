// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

@testable import WebSocket

/// Frames as a client sends them.
enum ClientFrame {
  static func bytes(
    _ opcode: UInt8, _ payload: [UInt8] = [], final: Bool = true, reserved: UInt8 = 0,
    mask: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]
  ) -> [UInt8] {
    var bytes = [(final ? 0x80 : 0) | reserved << 4 | opcode]
    switch payload.count {
    case ..<126: bytes.append(0x80 | UInt8(payload.count))
    case ..<0x10000:
      bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
    default:
      bytes.append(0x80 | 127)
      bytes += stride(from: 56, through: 0, by: -8).map { UInt8(payload.count >> $0 & 0xff) }
    }
    return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
  }

  static func text(_ text: String, final: Bool = true) -> [UInt8] {
    bytes(1, Array(text.utf8), final: final)
  }
  static func more(_ text: String, final: Bool = true) -> [UInt8] {
    bytes(0, Array(text.utf8), final: final)
  }
  static func ping(_ text: String = "") -> [UInt8] { bytes(9, Array(text.utf8)) }
  static func pong(_ text: String = "") -> [UInt8] { bytes(10, Array(text.utf8)) }
  static func close(_ code: UInt16, _ reason: String = "") -> [UInt8] {
    bytes(8, [UInt8(code >> 8), UInt8(code & 0xff)] + Array(reason.utf8))
  }
}

/// A frame that the server sent.
struct ServerFrame: Equatable, CustomStringConvertible {
  var opcode: UInt8
  var payload: [UInt8]

  static func text(_ text: String) -> ServerFrame {
    ServerFrame(opcode: 1, payload: Array(text.utf8))
  }
  static func binary(_ bytes: [UInt8]) -> ServerFrame { ServerFrame(opcode: 2, payload: bytes) }
  static func pong(_ text: String = "") -> ServerFrame {
    ServerFrame(opcode: 10, payload: Array(text.utf8))
  }

  /// The code of a Close frame.
  var code: Int? {
    guard opcode == 8, payload.count >= 2 else { return nil }
    return Int(payload[0]) << 8 | Int(payload[1])
  }

  var description: String {
    "\(opcode):\(payload.count):\(String(decoding: payload.prefix(40), as: UTF8.self))"
  }

  /// Reads whole frames, and checks their form.
  static func read(_ bytes: [UInt8]) -> [ServerFrame]? {
    var frames: [ServerFrame] = []
    var rest = bytes[...]
    while rest.count >= 2 {
      let (first, second) = (rest.removeFirst(), rest.removeFirst())
      guard first & 0xf0 == 0x80, second & 0x80 == 0 else { return nil }
      var count = Int(second)
      if count > 125 {
        let size = count == 126 ? 2 : 8
        guard rest.count >= size else { return nil }
        count = rest.prefix(size).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(size)
        guard count > (size == 2 ? 125 : 0xffff) else { return nil }
      }
      guard rest.count >= count else { return nil }
      frames.append(ServerFrame(opcode: first & 0xf, payload: Array(rest.prefix(count))))
      rest = rest.dropFirst(count)
    }
    return rest.isEmpty ? frames : nil
  }
}

/// A server that sends each message back, and what it did.
struct Echo {
  var endpoint: WebSocketEndpoint
  var events: [WebSocketEvent] = []
  var sent: [UInt8] = []
  var now = Instant.start

  init(_ limits: WebSocketLimits = WebSocketLimits()) {
    endpoint = WebSocketEndpoint(limits, now: .start)
  }

  /// The frames that were sent.
  var frames: [ServerFrame] { ServerFrame.read(sent) ?? [] }
  var close: WebSocketClose? {
    if case .closed(let close) = events.last { close } else { nil }
  }

  /// Passes on bytes in pieces of `chop`, and takes all output.
  mutating func receive(_ bytes: [UInt8], chop: Int = .max) {
    var start = 0
    while start < bytes.count {
      let piece = Array(bytes[start..<min(start &+ min(chop, bytes.count), bytes.count)])
      start += piece.count
      var taken = 0
      repeat {
        taken += endpoint.receive(piece.span.extracting(taken..<piece.count), now: now)
        while let event = endpoint.nextEvent() { handle(event) }
        takeOutput()
      } while taken < piece.count
    }
  }

  mutating func takeOutput() {
    let count = endpoint.outputCount
    endpoint.withOutput { sent.append(copying: $0) }
    endpoint.sent(count, now: now)
  }

  private mutating func handle(_ event: WebSocketEvent) {
    events.append(event)
    switch event {
    case .text(let text): _ = endpoint.send(text: Array(text.utf8).span)
    case .binary(let bytes): _ = endpoint.send(binary: bytes.span)
    case .closed: break
    }
  }

  /// Moves the clock.
  mutating func pass(_ time: Interval) {
    now += time
    if now >= endpoint.deadline { endpoint.timePassed(now: now) }
    while let event = endpoint.nextEvent() { events.append(event) }
  }
}

extension WebSocketLimits {
  /// Limits for messages of `byteCount`.
  static func large(_ byteCount: Int) -> WebSocketLimits {
    var limits = WebSocketLimits()
    limits.messageByteCount = byteCount
    limits.frameByteCount = byteCount
    limits.outputByteCount = 2 * byteCount + 100
    limits.fragmentCount = 1 << 20
    return limits
  }
}
