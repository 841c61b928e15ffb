// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings
import TargetTestSupport
import Testing

/// Golden bytes: the layout that a C peer reads (sddf/network/queue.h, sddf/serial/queue.h,
/// lions/fs/protocol.h).
@Suite struct LayoutTests {
  @Test func networkQueue() throws {
    let memory = SharedMemory(byteCount: 8 + 16 * 4)
    var producer = RingProducer<NetQueue>(try #require(Ring(queue: memory.region, capacity: 4)))
    let descriptor = NetDescriptor(address: 0x1122_3344_5566_7788, length: 0x99aa, owner: 0xff)
    #expect(try producer.enqueue(NetDescriptor(address: 0)))
    #expect(try producer.enqueue(descriptor))
    #expect(memory.dump(0..<8) == [0, 0, 0, 0, 0, 0, 0, 0], "nothing is visible before publish")
    producer.publish()
    #expect(memory.dump(0..<8) == [2, 0, 0, 0, 0, 0, 0, 0])
    #expect(
      memory.dump(24..<40) == [
        0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0xaa, 0x99, 0x3f, 0, 0, 0, 0, 0,
      ])

    var consumer = RingConsumer<NetQueue>(try #require(Ring(queue: memory.region, capacity: 4)))
    // A C producer leaves padding and the two high bits of the owner byte undefined.
    memory.poke(UInt64(0xeeee_eeee_eec1_0102), at: 16)
    #expect(try consumer.dequeue() == NetDescriptor(address: 0, length: 0x0102, owner: 1))
    #expect(try consumer.dequeue() == descriptor)
    #expect(memory.peek(UInt16.self, at: 2) == 0)
    consumer.release()
    #expect(memory.dump(0..<4) == [2, 0, 2, 0])
    consumer.cancelSignal()
    #expect(memory.dump(4..<8) == [1, 0, 0, 0])
    consumer.requestSignal()
    #expect(memory.dump(4..<8) == [0, 0, 0, 0])
  }

  @Test func serialQueue() throws {
    let memory = SharedMemory(byteCount: 4096 + 8)
    let queue = memory.region(from: 0, to: 12)
    let data = memory.region(from: 4096, to: 4104)
    var producer = RingProducer<SerialQueue>(try #require(Ring(queue: queue, data: data)))
    for byte in UInt8(1)...5 { #expect(try producer.enqueue(byte)) }
    producer.publish()
    producer.cancelSignal()
    #expect(memory.dump(0..<12) == [5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0])
    #expect(memory.dump(4096..<4104) == [1, 2, 3, 4, 5, 0, 0, 0])
    var consumer = RingConsumer<SerialQueue>(try #require(Ring(queue: queue, data: data)))
    #expect(try consumer.dequeue() == 1)
    consumer.release()
    #expect(memory.dump(0..<8) == [5, 0, 0, 0, 1, 0, 0, 0])
    #expect(consumer.takeSignalRequest() == false)
    producer.requestSignal()
    #expect(memory.dump(8..<12) == [0, 0, 0, 0])
    #expect(consumer.takeSignalRequest() == true)
    #expect(consumer.takeSignalRequest() == false, "one request, one notification")
  }

  @Test func fileQueue() throws {
    let memory = SharedMemory(byteCount: 32768)
    var producer = RingProducer<FileQueue>(try #require(Ring(queue: memory.region)))
    var message = FileMessage()
    for word in 0..<8 { message[word] = UInt64(0x0101 * (word + 1)) }
    message[8] = 1
    message[-1] = 1
    #expect(try producer.enqueue(message))
    producer.publish()
    #expect(memory.dump(0..<16) == [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    #expect(memory.dump(64..<74) == [1, 1, 0, 0, 0, 0, 0, 0, 2, 2])
    #expect(memory.peek(UInt64.self, at: 64 + 56) == 0x0808)
    var consumer = RingConsumer<FileQueue>(try #require(Ring(queue: memory.region)))
    #expect(try consumer.dequeue() == message)
    consumer.release()
    #expect(memory.dump(0..<8) == [1, 0, 0, 0, 0, 0, 0, 0])
  }

  /// Every slot is used before the first one again, although 511 is not a power of two.
  @Test func fileQueueGoesRoundAt511() throws {
    let memory = SharedMemory(byteCount: 32768)
    let ring = try #require(Ring<FileQueue>(queue: memory.region))
    var producer = RingProducer(ring)
    var consumer = RingConsumer(ring)
    for number in UInt64(0)..<2000 {
      var message = FileMessage()
      message[0] = number
      #expect(try producer.enqueue(message))
      producer.publish()
      #expect(memory.peek(UInt64.self, at: 64 + 64 * Int(number % 511)) == number)
      #expect(try consumer.dequeue() == message)
      consumer.release()
    }
    for _ in 0..<511 { #expect(try producer.enqueue(FileMessage())) }
    #expect(try !producer.enqueue(FileMessage()))
  }

  @Test func refusesMemoryThatCannotHoldTheQueue() {
    let memory = SharedMemory(byteCount: 65536)
    func net(_ bytes: Int, _ capacity: Int) -> Bool {
      Ring<NetQueue>(queue: memory.region(from: 0, to: bytes), capacity: capacity) != nil
    }
    #expect(net(8 + 16 * 512, 512))
    #expect(!net(8 + 16 * 512 - 1, 512))
    #expect(!net(65536, 500) && !net(65536, 0) && !net(65536, -8) && !net(7, 1))
    #expect(!net(65536, 65536), "does not fit the index type")
    let unaligned = memory.region(from: 4, to: 4096)
    #expect(Ring<NetQueue>(queue: unaligned, capacity: 4) == nil)
    #expect(Ring<FileQueue>(queue: memory.region(from: 0, to: 32767)) == nil)
    #expect(Ring<FileQueue>(queue: memory.region(from: 0, to: 63)) == nil)
    #expect(Ring<SerialQueue>(queue: memory.region(from: 0, to: 11), data: memory.region) == nil)
    let odd = memory.region(from: 0, to: 3000)
    #expect(Ring<SerialQueue>(queue: memory.region, data: odd) == nil)
    let none = memory.region(from: 0, to: 0)
    #expect(Ring<SerialQueue>(queue: memory.region, data: none) == nil)
    #expect(SharedRegion(address: 0, byteCount: 4096) == nil)
    #expect(SharedRegion(address: 4096, byteCount: .max) == nil)
  }
}
