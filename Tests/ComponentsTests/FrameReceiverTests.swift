// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import NetworkComponents
import Rings
import TargetTestSupport
import Testing

@Suite struct FrameReceiverTests {
  private let copier: NetPair
  private let buffers: FrameBuffers

  init() throws {
    copier = try #require(NetPair(capacity: 4))
    buffers = try #require(FrameBuffers(count: 4))
  }

  private func receiver(_ count: Int = 4) -> FrameReceiver {
    FrameReceiver(copier.rings, memory: buffers.memory, bufferCount: count)
  }

  private func frames(_ receiver: inout FrameReceiver) -> [FrameReceiver.Frame] {
    var frames: [FrameReceiver.Frame] = []
    while let frame = receiver.next() { frames.append(frame) }
    return frames
  }

  @Test func framesComeInOrderAndBuffersGoBack() {
    var receiver = receiver()
    buffers.fill(3 * 2048, [1, 2, 3])
    copier.put(.active, NetDescriptor(address: 3 * 2048, length: 3))
    copier.put(.active, NetDescriptor(address: 0, length: 2048))
    let found = frames(&receiver)
    #expect(found.map(\.offset) == [3 * 2048, 0] && found.map(\.count) == [3, 2048])
    let bytes = receiver.memory.withBytes(found[0].offset, count: 3) { bytes in
      (0..<3).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
    }
    #expect(bytes == [1, 2, 3])
    receiver.giveBack(found[1])
    receiver.giveBack(found[0])
    #expect(copier.count(.free) == 0)
    let isAsked = receiver.publish()
    #expect(isAsked)
    #expect(copier.take(.free).map(\.address) == [0, 3 * 2048])
    // One request, one answer.
    let isAskedAgain = receiver.publish()
    #expect(!isAskedAgain)
  }

  @Test func theCopierMayStartLater() {
    var receiver = receiver()
    var isAsked = receiver.publish()
    #expect(!isAsked)
    // As a copier does at its start: every buffer except the one that it has already filled.
    for index in 0..<3 { copier.put(.free, NetDescriptor(address: UInt64(index * 2048))) }
    copier.put(.active, NetDescriptor(address: 3 * 2048, length: 60))
    #expect(copier.take(.free).count == 3)
    let found = frames(&receiver)
    #expect(found.map(\.offset) == [3 * 2048])
    receiver.giveBack(found[0])
    isAsked = receiver.publish()
    #expect(isAsked)
    #expect(copier.take(.free).map(\.address) == [3 * 2048])
  }

  @Test func sleepingAsksAndLooksAgain() {
    var receiver = receiver()
    copier.setSignalled(.active, 1)
    let sleeps = receiver.requestSignalIfEmpty()
    #expect(sleeps && copier.signalled(.active) == 0)
    copier.put(.active, NetDescriptor(address: 0, length: 60))
    let stays = receiver.requestSignalIfEmpty()
    #expect(!stays && copier.signalled(.active) == 1)
  }

  @Test(arguments: [
    NetDescriptor(address: 1, length: 60), NetDescriptor(address: 4 * 2048, length: 60),
    NetDescriptor(address: .max - 2047, length: 60), NetDescriptor(address: 0, length: 2049),
    NetDescriptor(address: 2048, length: .max),
  ]) func whatIsNoBufferIsLeftOut(_ descriptor: NetDescriptor) {
    var receiver = receiver()
    copier.put(.active, descriptor)
    copier.put(.active, NetDescriptor(address: 2048, length: 60))
    #expect(frames(&receiver).map(\.offset) == [2048])
    let refused = receiver.refused
    #expect(refused == 1)
  }

  @Test func moreBuffersThanThereIsMemoryForAreNone() {
    var receiver = receiver(100)
    copier.put(.active, NetDescriptor(address: 50 * 2048, length: 60))
    #expect(frames(&receiver).isEmpty)
  }

  @Test func aCopierWithAnImpossibleIndexIsLeftAlone() {
    var receiver = receiver()
    copier.setTail(.active, 9)
    #expect(frames(&receiver).isEmpty)
    let (hasFaulted, sleeps) = (receiver.copierFaulted, receiver.requestSignalIfEmpty())
    #expect(hasFaulted && sleeps)
  }
}
