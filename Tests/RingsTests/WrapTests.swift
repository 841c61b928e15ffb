// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings
import TargetTestSupport
import Testing

/// Free-running indices wrap. A queue must behave the same before, at and after the wrap.
@Suite struct WrapTests {
  /// Both indices start near the wrap. sDDF's C code mistakes a queue that is full across the wrap for one with room;
  /// ours must not.
  @Test(arguments: [1, 2, 512, 32768]) func fullAndEmptyAtTheWrapOf16Bits(capacity: Int) throws {
    let memory = SharedMemory(byteCount: 8 + 16 * capacity)
    for start in [UInt16(0), 1, UInt16(truncatingIfNeeded: 65536 - capacity), 65535, 65534] {
      memory.poke(start, at: 0)
      memory.poke(start, at: 2)
      let ring = try #require(Ring<NetQueue>(queue: memory.region, capacity: capacity))
      var producer = RingProducer(ring)
      var consumer = RingConsumer(ring)
      #expect(try consumer.dequeue() == nil)
      for number in 0..<capacity {
        #expect(try producer.enqueue(NetDescriptor(address: UInt64(number), length: 7)))
        producer.publish()
      }
      #expect(try !producer.enqueue(NetDescriptor(address: 99)))
      #expect(memory.peek(UInt16.self, at: 0) == start &+ UInt16(capacity))
      #expect(try consumer.available() == capacity)
      for number in 0..<capacity {
        #expect(try consumer.dequeue() == NetDescriptor(address: UInt64(number), length: 7))
      }
      #expect(try consumer.dequeue() == nil)
      #expect(try !producer.enqueue(NetDescriptor(address: 99)), "not released yet")
      consumer.release()
      #expect(try producer.free() == capacity)
    }
  }

  /// Goes through all indices element by element, at every fill level.
  @Test func everyIndexOf16Bits() throws {
    let capacity = 8
    let memory = SharedMemory(byteCount: 8 + 16 * capacity)
    let ring = try #require(Ring<NetQueue>(queue: memory.region, capacity: capacity))
    var producer = RingProducer(ring)
    var consumer = RingConsumer(ring)
    var sent: UInt64 = 0
    var received: UInt64 = 0
    while received < 70_000 {
      for _ in 0...Int(sent % 8) {
        guard try producer.enqueue(NetDescriptor(address: sent)) else { break }
        sent += 1
      }
      producer.publish()
      for _ in 0...Int(received % 5) {
        guard let next = try consumer.dequeue() else { break }
        guard next.address == received else {
          Issue.record("element \(received) arrived as \(next.address)")
          return
        }
        received += 1
      }
      consumer.release()
    }
  }

  @Test func wrapOf32Bits() throws {
    let memory = SharedMemory(byteCount: 4096 + 16)
    memory.poke(UInt32.max - 3, at: 0)
    memory.poke(UInt32.max - 3, at: 4)
    let ring = try #require(
      Ring<SerialQueue>(
        queue: memory.region(from: 0, to: 12), data: memory.region(from: 4096, to: 4112)))
    var producer = RingProducer(ring)
    var consumer = RingConsumer(ring)
    for byte in UInt8(0)..<16 { #expect(try producer.enqueue(byte)) }
    #expect(try !producer.enqueue(16))
    producer.publish()
    #expect(memory.peek(UInt32.self, at: 0) == 12)
    for byte in UInt8(0)..<16 { #expect(try consumer.dequeue() == byte) }
    #expect(try consumer.dequeue() == nil)
  }

  /// A restarted domain makes its side of the ring again and continues where it stopped.
  @Test func restartedSideGoesOn() throws {
    let memory = SharedMemory(byteCount: 8 + 16 * 4)
    let ring = try #require(Ring<NetQueue>(queue: memory.region, capacity: 4))
    var first = RingProducer(ring)
    _ = try first.enqueue(NetDescriptor(address: 1))
    first.publish()
    _ = try first.enqueue(NetDescriptor(address: 2))
    var second = RingProducer(ring)
    _ = try second.enqueue(NetDescriptor(address: 3))
    second.publish()
    var consumer = RingConsumer(ring)
    #expect(try consumer.dequeue()?.address == 1)
    #expect(try consumer.dequeue()?.address == 3, "unpublished elements are lost")
    #expect(try consumer.dequeue() == nil)
  }

  /// Bytes that are copied in one go are those that were queued one by one, wherever both rings wrap, and however full they
  /// are.
  @Test func bytesInOneGo() throws {
    let capacity = 16
    var byte: UInt8 = 0
    for start in [UInt32(0), 5, .max - 7, .max] {
      let (one, other) = (SharedMemory(byteCount: 16), SharedMemory(byteCount: 16))
      let data = (0..<2).map { _ in SharedMemory(byteCount: capacity) }
      for offset in [0, 4] { one.poke(start, at: offset) }
      for offset in [0, 4] { other.poke(start &+ 3, at: offset) }
      let from = try #require(Ring<SerialQueue>(queue: one.region, data: data[0].region))
      let to = try #require(Ring<SerialQueue>(queue: other.region, data: data[1].region))
      var producer = RingProducer(from)
      var middle = RingConsumer(from)
      var next = RingProducer(to)
      var consumer = RingConsumer(to)
      for count in Array(0...capacity) + [1, 15, 7, 9, 16] {
        let bytes = (0..<count).map { index in byte &+ UInt8(index) }
        byte &+= UInt8(count)
        let isQueued = try producer.enqueue(bytes.span)
        #expect(isQueued)
        let tooMany = [UInt8](repeating: 0xff, count: capacity - count + 1)
        let isCut = try producer.enqueue(tooMany.span)
        #expect(!isCut, "all of them or none")
        producer.publish()
        #expect(middle.move(capacity, to: &next) == 0, "as nothing is known of either side")
        #expect(try middle.available() == count)
        #expect(try next.free() == capacity)
        #expect(middle.move(count, to: &next) == count)
        middle.release()
        next.publish()
        var seen: [UInt8] = []
        while let byte = try consumer.dequeue() { seen.append(byte) }
        consumer.release()
        #expect(seen == bytes)
        #expect(producer.checkInvariants() == nil && next.checkInvariants() == nil)
      }
    }
  }
}
