// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import Testing

@testable import Emulator

/// The peer's answers are written to its socket in advance; they do not depend on what it receives.
@Suite struct PeerNetworkTests {
  private final class Peer {
    let network: PeerNetwork
    private let far: Int32
    var delivered: [[UInt8]] = []
    var reports: [String] = []

    init(saying bytes: [UInt8], hangsUp: Bool = false) throws {
      var pair: [Int32] = [-1, -1]
      try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
      far = pair[1]
      try #require(write(far, bytes, bytes.count) == bytes.count)
      if hangsUp { shutdown(far, Int32(SHUT_WR)) }
      let reported = Reported()
      network = PeerNetwork(pair[0], path: "peer") { reported.append($0) }
      network.deliver = { [unowned self] in delivered.append($0) }
      reported.append = { [unowned self] in reports.append($0) }
    }

    private final class Reported { var append: (String) -> Void = { _ in } }

    deinit { close(far) }

    /// The bytes that the peer has received since the last call.
    func receivedBytes() -> [UInt8] {
      var buffer = [UInt8](repeating: 0, count: 1000)
      let count = recv(far, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      return Array(buffer.prefix(max(count, 0)))
    }
  }

  private static let never = [UInt8](repeating: 0xff, count: 8)
  private static let answers: [UInt8] =
    [64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    + never + [2, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3, 1, 0, 0, 0, 9]

  @Test func aFrameEachWay() throws {
    let peer = try Peer(saying: Self.answers)
    #expect(peer.network.nextEvent == 0)
    peer.network.advance(to: 5)
    #expect(peer.receivedBytes() == [5] + [UInt8](repeating: 0, count: 11))
    #expect(peer.network.nextEvent == 64)
    peer.network.advance(to: 63)
    #expect(peer.receivedBytes() == [])
    peer.network.transmit([7, 8], now: 0x102)
    #expect(peer.receivedBytes() == [2, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 7, 8])
    #expect(peer.delivered == [[1, 2, 3], [9]])
    #expect(peer.network.nextEvent == nil)
    #expect(peer.reports == [])
  }

  @Test func aTimeThatHasPassedIsTheNextMoment() throws {
    let peer = try Peer(saying: Self.answers)
    peer.network.advance(to: 1000)
    #expect(peer.network.nextEvent == 1001)
  }

  @Test func aPeerThatHangsUp() throws {
    for count in 0..<Self.answers.count {
      let peer = try Peer(saying: Array(Self.answers.prefix(count)), hangsUp: true)
      peer.network.advance(to: 0)
      peer.network.transmit([1], now: 1)
      peer.network.transmit([1], now: 2)
      #expect(peer.reports == ["the program at peer is gone, and the network with it"])
      #expect(peer.network.nextEvent == nil)
      #expect(peer.delivered == [])
    }
  }

  @Test(arguments: [
    [0xff, 0xff, 0xff, 0xff], [1, 0, 0, 0, 1, 0, 1, 0], [1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
  ])
  func aPeerThatExceedsTheLimits(bytes: [UInt8]) throws {
    let peer = try Peer(saying: Self.never + bytes)
    peer.network.advance(to: 0)
    #expect(peer.reports.count == 1)
    #expect(peer.delivered == [])
  }
}
