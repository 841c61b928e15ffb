// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings
import TargetTestSupport
import Testing

/// A peer may write anything anywhere in the queue. It causes a fault or harms its own data, but never makes us trap
/// or access memory outside the ring.
@Suite struct LyingPeerTests {
  private let capacity = 64

  private func memory() -> SharedMemory { SharedMemory(byteCount: 8 + 16 * 64) }

  @Test func everyTail() throws {
    let memory = memory()
    for head in [UInt16(0), 5, 65535] {
      for tail in UInt16.min...UInt16.max {
        memory.poke(head, at: 2)
        let ring = try #require(Ring<NetQueue>(queue: memory.region, capacity: capacity))
        var consumer = RingConsumer(ring)
        memory.poke(tail, at: 0)
        let claimed = Int(tail &- head)
        do {
          let available = try consumer.available()
          guard available == claimed && claimed <= capacity else {
            Issue.record("tail \(tail), head \(head): \(available)")
            return
          }
          var taken = 0
          while try consumer.dequeue() != nil { taken += 1 }
          guard taken == claimed else {
            Issue.record("tail \(tail), head \(head): \(taken) taken")
            return
          }
        } catch {
          guard error == .beyondCapacity && claimed > capacity else {
            Issue.record("tail \(tail), head \(head): \(error)")
            return
          }
        }
      }
    }
  }

  @Test func everyHead() throws {
    let memory = memory()
    for tail in [UInt16(0), 5, 65535] {
      for head in UInt16.min...UInt16.max {
        memory.poke(tail, at: 0)
        let ring = try #require(Ring<NetQueue>(queue: memory.region, capacity: capacity))
        var producer = RingProducer(ring)
        memory.poke(head, at: 2)
        let used = Int(tail &- head)
        do {
          let free = try producer.free()
          guard free == capacity - used else {
            Issue.record("tail \(tail), head \(head): \(free) free")
            return
          }
        } catch {
          guard error == .beyondCapacity && used > capacity else {
            Issue.record("tail \(tail), head \(head): \(error)")
            return
          }
        }
      }
    }
  }

  @Test func everyIndexOfTheWiderQueuesNearTheEdges() throws {
    let serial = SharedMemory(byteCount: 8192)
    let queue = serial.region(from: 0, to: 12)
    let data = serial.region(from: 4096, to: 8192)
    for offset in UInt32(0)...9000 {
      for tail in [offset, UInt32.max - offset, 0x8000_0000 &+ offset] {
        var consumer = RingConsumer<SerialQueue>(try #require(Ring(queue: queue, data: data)))
        serial.poke(tail, at: 0)
        let available = try? consumer.available()
        #expect(available == (tail <= 4096 ? Int(tail) : nil))
      }
      serial.poke(UInt32(0), at: 0)
    }
    let file = SharedMemory(byteCount: 32768)
    for tail in [UInt64(0), 1, 511, 512, 1 << 63, .max - 511, .max] {
      var consumer = RingConsumer<FileQueue>(try #require(Ring(queue: file.region)))
      file.poke(tail, at: 8)
      #expect((try? consumer.available()) == (tail <= 511 ? Int(tail) : nil))
    }
  }

  @Test func takingBackIsAFault() throws {
    let memory = memory()
    let ring = try #require(Ring<NetQueue>(queue: memory.region, capacity: capacity))
    var consumer = RingConsumer(ring)
    memory.poke(UInt16(10), at: 0)
    #expect(try consumer.available() == 10)
    memory.poke(UInt16(9), at: 0)
    #expect(throws: PeerFault.movedBack) { try consumer.available() }

    var producer = RingProducer(ring)
    memory.poke(UInt16(5), at: 2)
    #expect(try producer.free() == 60)
    memory.poke(UInt16(4), at: 2)
    #expect(throws: PeerFault.movedBack) { try producer.free() }
  }

  /// The peer can also overwrite our own index in memory.
  @Test func ownIndexIsNeverReadAgain() throws {
    let memory = memory()
    let ring = try #require(Ring<NetQueue>(queue: memory.region, capacity: capacity))
    var producer = RingProducer(ring)
    var consumer = RingConsumer(ring)
    for number in UInt64(0)..<200 {
      memory.poke(UInt16(40_000), at: 0)
      #expect(try producer.enqueue(NetDescriptor(address: number)))
      producer.publish()
      #expect(memory.peek(UInt16.self, at: 0) == UInt16(number + 1))
      memory.poke(UInt16(50_000), at: 2)
      #expect(try consumer.dequeue()?.address == number)
      consumer.release()
      #expect(memory.peek(UInt16.self, at: 2) == UInt16(number + 1))
    }
  }

  @Test func faultStaysUntilResynchronised() throws {
    let memory = memory()
    let ring = try #require(Ring<NetQueue>(queue: memory.region, capacity: capacity))
    var consumer = RingConsumer(ring)
    memory.poke(UInt16(1000), at: 0)
    for _ in 0..<3 { #expect(throws: PeerFault.beyondCapacity) { try consumer.dequeue() } }
    #expect(memory.peek(UInt16.self, at: 2) == 0)
    consumer.resynchronise()
    #expect(try consumer.dequeue() == nil)
    memory.poke(UInt16(1001), at: 0)
    #expect(try consumer.available() == 1)

    memory.poke(UInt16(0), at: 0)
    memory.poke(UInt16(0), at: 2)
    var producer = RingProducer(ring)
    memory.poke(UInt16(300), at: 2)
    #expect(throws: PeerFault.beyondCapacity) { try producer.enqueue(NetDescriptor(address: 0)) }
    producer.resynchronise()
    #expect(try producer.free() == capacity)
    #expect(memory.peek(UInt16.self, at: 0) == 300)
  }
}
