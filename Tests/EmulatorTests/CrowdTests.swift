// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import Testing

@testable import Emulator

/// Many connections and frames at once, on their way to a machine.
@Suite struct CrowdTests {
  private final class Far: NetworkBackend {
    var deliver: ([UInt8]) -> Void = { _ in }
    let queueLimit: Int
    let hasFlowControl: Bool
    init(queueLimit: Int, hasFlowControl: Bool = false) {
      (self.queueLimit, self.hasFlowControl) = (queueLimit, hasFlowControl)
    }
    func transmit(_ frame: [UInt8], now: UInt64) {}
    func descriptors(timeout: inout UInt32) -> [pollfd] { [pollfd(fd: 0, events: 1, revents: 0)] }
    func handle(_ descriptors: [pollfd], now: UInt64) {}
    var nextEvent: UInt64? { nil }
    func advance(to now: UInt64) {}
  }

  // MARK: Forwarded ports

  private static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  private static func with(
    _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    withUnsafePointer(to: address(port)) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func stream(_ flags: Int32 = 0) -> Int32 {
    socket(AF_INET, Int32(SOCK_STREAM.rawValue) | flags, 0)
  }

  /// A port that was free a moment ago.
  private static func freePort() -> UInt16 {
    let descriptor = stream()
    defer { close(descriptor) }
    _ = with(0) { bind(descriptor, $0, $1) }
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func count(_ descriptors: [Int32], readyFor events: Int32) -> Int {
    var polled = descriptors.map { pollfd(fd: $0, events: Int16(events), revents: 0) }
    poll(&polled, nfds_t(polled.count), 0)
    return polled.count { $0.revents & Int16(events) != 0 }
  }

  /// Connections are established while the machine is busy, and one poll accepts all of them.
  @Test func aForwardedPortTakesACrowd() throws {
    let port = Self.freePort()
    let network = try UserNetwork(forwards: [PortForward(hostPort: port, guestPort: 80)])
    let clients = (0..<200).map { _ in Self.stream(Int32(SOCK_NONBLOCK.rawValue)) }
    defer { clients.forEach { close($0) } }
    for client in clients { _ = Self.with(port) { connect(client, $0, $1) } }
    for _ in 0..<50 where Self.count(clients, readyFor: POLLOUT) < clients.count { usleep(10_000) }
    #expect(Self.count(clients, readyFor: POLLOUT) == clients.count)

    var timeout: UInt32 = 0
    var descriptors = network.descriptors(timeout: &timeout)
    poll(&descriptors, nfds_t(descriptors.count), 0)
    let listeners = descriptors.filter { $0.revents != 0 }.map(\.fd)
    #expect(listeners.count == 1)
    network.handle(descriptors, now: 1_000_000)
    #expect(Self.count(listeners, readyFor: POLLIN) == 0)
  }

  // MARK: The card

  private final class Card {
    let link: NetworkLink
    let model: VirtioNetModel
    private let memory: HostMemory
    private static let base: UInt64 = 0x1000

    init(_ far: Far) throws {
      let memory = try #require(HostMemory(size: 0x4000))
      var physical = PhysicalMemory()
      physical.add(memory, at: Self.base)
      link = NetworkLink(backend: far, recorder: nil, faults: nil)
      self.memory = memory
      model = VirtioNetModel(link: link) { [physical] in physical }
      for (register, value) in [
        (0x70, 3), (0x70, 11), (0x30, 0), (0x38, 4), (0x80, 0x1000), (0x90, 0x1100), (0xa0, 0x1200),
        (0x44, 1), (0x70, 15),
      ] as [(UInt64, UInt64)] {
        model.transport.write(register, value, now: 0)
      }
      // Four buffers of 1024 bytes.
      for index in 0..<4 {
        memory.start.storeBytes(
          of: 0x2000 + UInt64(index) * 0x400, toByteOffset: 16 * index, as: UInt64.self)
        memory.start.storeBytes(of: 0x2_0000_0400, toByteOffset: 16 * index + 8, as: UInt64.self)
        memory.start.storeBytes(
          of: UInt16(index), toByteOffset: 0x104 + 2 * index, as: UInt16.self)
      }
    }

    private func index(_ offset: Int) -> UInt16 {
      memory.start.load(fromByteOffset: offset, as: UInt16.self)
    }
    var received: Int { Int(index(0x202)) }

    /// Provides all four buffers to the card.
    func offer() {
      memory.start.storeBytes(of: index(0x202) &+ 4, toByteOffset: 0x102, as: UInt16.self)
      model.transport.write(0x50, 0, now: 0)
      #expect(model.checkInvariants() == nil)
    }
  }

  private func frame(_ count: Int = 60) -> [UInt8] { [UInt8](repeating: 1, count: count) }

  /// A network without flow control loses no frames up to its queue limit, which is high for libslirp and a card's
  /// for a peer in virtual time.
  @Test(arguments: [(10_000, 700), (256, 260)])
  func framesWaitForBuffers(limit: Int, taken: Int) throws {
    let far = Far(queueLimit: limit)
    let card = try Card(far)
    card.offer()
    for _ in 0..<700 { far.deliver(frame()) }
    card.model.advance(to: 1_000_000)
    #expect(card.received == 4)
    for _ in 0..<200 { card.offer() }
    #expect(card.received == taken)
  }

  /// A tap device keeps the frames that the card has no buffers for.
  @Test func aNetworkWithFlowControlIsNotPolled() throws {
    let far = Far(queueLimit: 512, hasFlowControl: true)
    let card = try Card(far)
    func isPolled() -> Bool {
      var timeout: UInt32 = 0
      return !card.link.descriptors(timeout: &timeout).isEmpty
    }
    card.offer()
    #expect(isPolled())
    for _ in 0..<300 { far.deliver(frame()) }
    #expect(!isPolled())
    card.model.advance(to: 1_000_000)
    #expect(!isPolled())
    for _ in 0..<100 { card.offer() }
    #expect(card.received == 300)
    #expect(isPolled())
  }

  /// The last segment of a burst is short.
  @Test func noFrameOvertakesAnother() {
    let far = Far(queueLimit: 256)
    let link = NetworkLink(backend: far, recorder: nil, faults: nil)
    var sizes: [Int] = []
    link.onFrame = { frame, _ in sizes.append(frame.count) }
    for count in [1514, 60, 1514, 700, 60] { far.deliver(frame(count)) }
    link.advance(to: 1_000_000)
    #expect(sizes == [1514, 60, 1514, 700, 60])
  }
}
