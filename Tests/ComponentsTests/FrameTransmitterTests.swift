// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import NetworkComponents
import Rings
import TargetTestSupport
import Testing

@Suite struct FrameTransmitterTests {
  private let virtualiser: NetPair
  private let buffers: FrameBuffers

  init() throws {
    virtualiser = try #require(NetPair(capacity: 4))
    buffers = try #require(FrameBuffers(count: 4))
  }

  private func transmitter(_ count: Int = 4) -> FrameTransmitter {
    FrameTransmitter(virtualiser.rings, memory: buffers.memory, bufferCount: count)
  }

  /// Sends a frame that begins with `byte`; whether it was accepted.
  private func send(_ count: Int, _ byte: UInt8, _ transmitter: inout FrameTransmitter) -> Bool {
    transmitter.send(count) { bytes in
      bytes.storeBytes(of: byte, toByteOffset: 0, as: UInt8.self)
    }
  }

  @Test func theQueueOfEmptyBuffersIsFilledAtTheStart() {
    _ = transmitter(99)
    #expect(virtualiser.take(.free).map(\.address) == [0, 2048, 4096, 6144])
  }

  @Test func framesAreSeenOnceTheyArePublished() {
    var transmitter = transmitter()
    let (first, second) = (send(60, 7, &transmitter), send(1514, 8, &transmitter))
    #expect(first && second && virtualiser.count(.active) == 0)
    let actions = transmitter.publish()
    #expect(actions.notifyVirtualiser && !actions.mayRetry)
    #expect(
      virtualiser.take(.active) == [
        NetDescriptor(address: 0, length: 60), NetDescriptor(address: 2048, length: 1514),
      ])
    #expect(buffers.bytes(0, 1) == [7] && buffers.bytes(2048, 1) == [8])
    let again = transmitter.publish()
    #expect(again == FrameTransmitter.Actions())
  }

  @Test(arguments: [0, -1, 2049, .max]) func aFrameThatFitsNoBufferIsRefused(_ count: Int) {
    var transmitter = transmitter()
    let isSent = transmitter.send(count) { _ in Issue.record("nothing is lent") }
    #expect(!isSent && virtualiser.count(.free) == 4)
  }

  @Test func withoutBuffersItAsksAndRingsEvenWithNothingToSend() {
    var transmitter = transmitter()
    for _ in 0..<4 {
      let isSent = send(60, 1, &transmitter)
      #expect(isSent)
    }
    _ = transmitter.publish()
    virtualiser.setSignalled(.free, 1)
    let isSent = send(60, 1, &transmitter)
    let actions = transmitter.publish()
    #expect(!isSent && actions.notifyVirtualiser && !actions.mayRetry)
    #expect(virtualiser.signalled(.free) == 0)
    // Only while a frame waits for a buffer.
    let next = transmitter.publish()
    #expect(next == FrameTransmitter.Actions())
  }

  @Test func buffersThatCameBackMeanwhileAreUsedAtOnce() {
    var transmitter = transmitter()
    for _ in 0..<4 { _ = send(60, 1, &transmitter) }
    _ = transmitter.publish()
    _ = virtualiser.take(.active)
    _ = send(60, 1, &transmitter)
    virtualiser.put(.free, NetDescriptor(address: 2048))
    let actions = transmitter.publish()
    #expect(actions.mayRetry && !actions.notifyVirtualiser)
    let isSent = send(60, 9, &transmitter)
    #expect(isSent && buffers.bytes(2048, 1) == [9])
  }

  @Test func whatIsNoBufferIsLeftOut() {
    var transmitter = transmitter(1)
    _ = send(60, 1, &transmitter)
    virtualiser.put(.free, NetDescriptor(address: 3))
    virtualiser.put(.free, NetDescriptor(address: 2048))
    virtualiser.put(.free, NetDescriptor(address: 0))
    let isSent = send(60, 5, &transmitter)
    let refused = transmitter.refused
    #expect(isSent && refused == 2 && buffers.bytes(0, 1) == [5])
  }

  @Test func aVirtualiserWithAnImpossibleIndexIsLeftAlone() {
    var transmitter = transmitter()
    virtualiser.setTail(.free, 20)
    let isSent = send(60, 1, &transmitter)
    let (hasFaulted, actions) = (transmitter.virtualiserFaulted, transmitter.publish())
    #expect(!isSent && hasFaulted && actions == FrameTransmitter.Actions())
  }
}
