// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import NetworkComponents
import Rings
import TargetTestSupport
import Testing

@Suite struct NetCopierTests {
  private let virtualiser: NetPair
  private let client: NetPair
  private let received: FrameBuffers
  private let own: FrameBuffers

  init() throws {
    virtualiser = try #require(NetPair(capacity: 8))
    client = try #require(NetPair(capacity: 4))
    received = try #require(FrameBuffers(count: 8))
    own = try #require(FrameBuffers(count: 4))
  }

  private func copier() -> NetCopier {
    var copier = NetCopier(
      virtualiser: virtualiser.rings, client: client.rings, target: own.memory, targetCount: 4)
    copier.addSource(received.memory, owner: 0)
    _ = copier.start()
    return copier
  }

  private func frame(_ length: Int, _ seed: UInt8) -> [UInt8] {
    (0..<length).map { UInt8(truncatingIfNeeded: $0) &* 31 &+ seed }
  }

  @Test func theClientGetsAllItsBuffersAtTheStart() {
    var copier = NetCopier(
      virtualiser: virtualiser.rings, client: client.rings, target: own.memory, targetCount: 99)
    #expect(copier.start() == .init())
    #expect(client.count(.free) == 4)
  }

  @Test(arguments: [1, 14, 60, 63, 64, 65, 1514, 2047, 2048]) func framesAreCopied(length: Int) {
    var copier = copier()
    let bytes = frame(length, 7)
    received.fill(3 * 2048, bytes)
    let descriptor = NetDescriptor(address: 3 * 2048, length: UInt16(length))
    virtualiser.put(.active, descriptor)
    let actions = copier.copyFrames()
    #expect(actions.notifyVirtualiser && actions.notifyClient)
    #expect(client.take(.active) == [NetDescriptor(address: 0, length: UInt16(length))])
    #expect(own.bytes(0, length) == bytes)
    #expect(own.bytes(length, 2048 - length).allSatisfy { $0 == 0 })
    #expect(virtualiser.take(.free) == [descriptor])
    #expect(virtualiser.signalled(.active) == 0)
  }

  @Test func withoutABufferTheFrameIsDroppedAndTheDevicesGoesBack() {
    var copier = copier()
    for index in 0..<6 {
      virtualiser.put(.active, NetDescriptor(address: UInt64(index) * 2048, length: 60))
    }
    _ = copier.copyFrames()
    #expect(client.count(.active) == 4 && virtualiser.count(.free) == 6)
    #expect(copier.counters.copied == 4 && copier.counters.dropped == 2)
    // The client returns two buffers in the opposite order.
    let full = client.take(.active)
    client.put(.free, full[2])
    client.put(.free, full[0])
    virtualiser.put(.active, NetDescriptor(address: 0, length: 60))
    _ = virtualiser.take(.free)
    _ = copier.copyFrames()
    #expect(client.take(.active).map(\.address) == [full[2].address])
  }

  @Test func aClientsBuffersThatAreNoneAreRefused() {
    var copier = copier()
    // The good buffers are used up.
    for _ in 0..<4 { virtualiser.put(.active, NetDescriptor(address: 0, length: 60)) }
    _ = copier.copyFrames()
    _ = (client.take(.active), virtualiser.take(.free))
    for address: UInt64 in [1, 4 * 2048, .max, .max - 2047] {
      client.put(.free, NetDescriptor(address: address))
      virtualiser.put(.active, NetDescriptor(address: 0, length: 60))
      _ = copier.copyFrames()
    }
    #expect(copier.counters.refused == 4 && client.count(.active) == 0)
    #expect(virtualiser.count(.free) == 4, "the device's buffers always return")
    client.put(.free, NetDescriptor(address: 2048))
    virtualiser.put(.active, NetDescriptor(address: 0, length: 60))
    _ = copier.copyFrames()
    #expect(client.take(.active) == [NetDescriptor(address: 2048, length: 60)])
  }

  @Test func aLyingClientLosesItsFramesOnly() {
    var copier = copier()
    client.setTail(.free, 50)
    for _ in 0..<3 {
      virtualiser.put(.active, NetDescriptor(address: 0, length: 60))
      _ = copier.copyFrames()
      #expect(virtualiser.take(.free).count == 1)
    }
    // The four buffers seen at the start may still be used.
    #expect(copier.counters.copied + copier.counters.dropped == 3)
  }

  @Test func theVirtualisersDescriptorsAreCheckedToo() {
    var copier = copier()
    let wrong = [
      NetDescriptor(address: 8 * 2048, length: 1),
      NetDescriptor(address: 7 * 2048 + 1, length: 2048),
      NetDescriptor(address: .max, length: 60), NetDescriptor(address: 0, length: 2049),
      NetDescriptor(address: 0, length: 60, owner: 1),
    ]
    for descriptor in wrong { virtualiser.put(.active, descriptor) }
    _ = copier.copyFrames()
    #expect(copier.counters.refused == 5 && client.count(.active) == 0)
    virtualiser.setTail(.active, 500)
    #expect(copier.copyFrames() == .init())
    #expect(copier.virtualiserFaulted == true)
  }
}
