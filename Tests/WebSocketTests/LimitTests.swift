// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Testing
import Time

@testable import WebSocket

struct LimitTests {
  private let limits: WebSocketLimits = {
    var limits = WebSocketLimits()
    limits.messageByteCount = 100
    limits.frameByteCount = 60
    limits.fragmentCount = 4
    limits.controlFrameRate = 3
    limits.outputByteCount = 200
    return limits
  }()

  private func send(_ bytes: [UInt8], to endpoint: inout WebSocketEndpoint) -> Bool {
    endpoint.send(binary: bytes.span)
  }

  private func receive(_ bytes: [UInt8], by endpoint: inout WebSocketEndpoint) -> Int {
    endpoint.receive(bytes.span, now: .start)
  }

  @Test func longMessagesAndFramesAreRefusedWithTheirHeader() {
    var echo = Echo(limits)
    echo.receive(ClientFrame.bytes(2, [UInt8](repeating: 1, count: 60)))
    #expect(echo.frames.count == 1)
    echo.receive(Array(ClientFrame.bytes(2, [UInt8](repeating: 1, count: 61)).prefix(6)))
    #expect(echo.frames.last?.code == 1009)

    echo = Echo(limits)
    echo.receive(ClientFrame.bytes(2, [UInt8](repeating: 1, count: 60), final: false))
    echo.receive(ClientFrame.bytes(0, [UInt8](repeating: 1, count: 40), final: false))
    echo.receive(ClientFrame.bytes(0, final: false))
    #expect(echo.frames == [])
    echo.receive(ClientFrame.bytes(0, [1]))
    // The fifth fragment would be one too many, but this is the fourth.
    #expect(echo.frames.last?.code == 1009)

    // 2^63 - 1 bytes.
    echo = Echo(limits)
    echo.receive([0x82, 0xff, 0x7f] + [UInt8](repeating: 0xff, count: 7) + [1, 2, 3, 4])
    #expect(echo.frames.last?.code == 1009)
  }

  @Test func fragmentsAreCountedEvenIfTheyAreEmpty() {
    var echo = Echo(limits)
    echo.receive(ClientFrame.bytes(2, final: false))
    for _ in 0..<3 { echo.receive(ClientFrame.bytes(0, final: false)) }
    #expect(echo.endpoint.isOpen)
    echo.receive(ClientFrame.bytes(0, final: false))
    #expect(echo.close?.code == .policyViolation)
    #expect(echo.frames.last?.code == 1008)

    // Each message has a count of its own.
    echo = Echo(limits)
    for _ in 0..<10 { echo.receive(ClientFrame.text("a", final: false) + ClientFrame.more("b")) }
    #expect(echo.frames == Array(repeating: .text("ab"), count: 10))
  }

  @Test func controlFramesHaveARate() {
    var echo = Echo(limits)
    for _ in 0..<5 {
      for _ in 0..<3 { echo.receive(ClientFrame.ping("x")) }
      echo.pass(.seconds(1))
    }
    #expect(echo.frames == Array(repeating: .pong("x"), count: 15))
    for _ in 0..<3 { echo.receive(ClientFrame.pong()) }
    #expect(echo.endpoint.isOpen)
    echo.receive(ClientFrame.ping())
    #expect(echo.frames.last?.code == 1008)
    // A Close frame does not count.
    echo = Echo(limits)
    for _ in 0..<3 { echo.receive(ClientFrame.ping()) }
    echo.receive(ClientFrame.close(1000))
    #expect(echo.close?.code == .normal)
  }

  @Test func aPeerThatDoesNotReadIsNotHeard() {
    var endpoint = WebSocketEndpoint(limits, now: .start)
    let message = ClientFrame.bytes(2, [UInt8](repeating: 7, count: 50))
    var count = 0
    while true {
      let taken = endpoint.receive(message.span, now: .start)
      guard case .binary(let bytes) = endpoint.nextEvent() else { break }
      #expect(taken == message.count)
      #expect(send(bytes, to: &endpoint))
      count += 1
    }
    // Beyond half of the output's limit.
    #expect(count == 2)
    #expect(endpoint.outputCount == 104)
    #expect(receive(message, by: &endpoint) == 0)
    endpoint.sent(4, now: .start)
    #expect(receive(message, by: &endpoint) == message.count)
  }

  @Test func aPeerThatReadsTooSlowlyIsClosedWith1013() {
    var endpoint = WebSocketEndpoint(limits, now: .start)
    let message = [UInt8](repeating: 7, count: 80)
    #expect(endpoint.room == 186)
    #expect(send(message, to: &endpoint))
    #expect(send(message, to: &endpoint))
    #expect(endpoint.room == 22)
    #expect(!send(message, to: &endpoint))
    #expect(!endpoint.isOpen)
    #expect(endpoint.room == 0)
    #expect(!send([1], to: &endpoint))
    let frames = endpoint.withOutput { ServerFrame.read([UInt8](copying: $0)) }
    #expect(frames?.map(\.opcode) == [2, 2, 8])
    #expect(frames?.last?.code == 1013)
    // It has `closeTime` for that.
    endpoint.timePassed(now: .start)
    #expect(endpoint.deadline == .start + .seconds(5))
    endpoint.timePassed(now: .start + .milliseconds(4999))
    #expect(endpoint.disposal == .stayOpen)
    endpoint.timePassed(now: .start + .seconds(5))
    #expect(endpoint.disposal == .reset)
    #expect(endpoint.outputCount == 0)
    let next = endpoint.nextEvent()
    #expect(next == .closed(WebSocketClose(.tryAgainLater, reason: "too slow")))
    let last = endpoint.nextEvent()
    #expect(last == nil)
  }
}
