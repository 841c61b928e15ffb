// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import Rings
import TargetTestSupport
import Testing

/// Two real threads, each with one side of the ring. A checksum detects a lost, duplicated, torn or early
/// element.
@Suite struct ThreadTests {
  @Test func networkQueue() throws {
    let memory = SharedMemory(byteCount: 8 + 16 * 64)
    let ring = try #require(Ring<NetQueue>(queue: memory.region, capacity: 64))
    let count: UInt64 = 300_000
    let sender = Thread {
      var producer = RingProducer(ring)
      var next: UInt64 = 0
      while next < count {
        // Batches of different sizes; spins while there is no room.
        for _ in 0...(next % 7) where next < count {
          let descriptor = NetDescriptor(
            address: next &* 0x9e37_79b9_7f4a_7c15, length: UInt16(truncatingIfNeeded: next))
          guard let added = try? producer.enqueue(descriptor) else { return }
          if added { next += 1 } else { sched_yield() }
        }
        producer.publish()
      }
    }
    var consumer = RingConsumer(ring)
    var next: UInt64 = 0
    while next < count {
      guard let descriptor = try consumer.dequeue() else {
        consumer.release()
        sched_yield()
        continue
      }
      guard
        descriptor.address == next &* 0x9e37_79b9_7f4a_7c15,
        descriptor.length == UInt16(truncatingIfNeeded: next)
      else {
        Issue.record("element \(next) arrived as \(descriptor)")
        break
      }
      next += 1
      if next % 5 == 0 { consumer.release() }
    }
    consumer.release()
    sender.join()
  }

  /// Both sides sleep and wake by the flags only: the producer of a serial queue waits for a notification
  /// while the queue is full, the consumer while it is empty. A lost wake-up runs into a time limit.
  @Test func signallingWakesBothSides() throws {
    let memory = SharedMemory(byteCount: 4096 + 16)
    let ring = try #require(
      Ring<SerialQueue>(
        queue: memory.region(from: 0, to: 12), data: memory.region(from: 4096, to: 4112)))
    let room = Notification()
    let data = Notification()
    let count = 200_000
    let sender = Thread {
      var work = Sending(producer: RingProducer(ring), count: count)
      while work.sent < count {
        guard (try? work.drain()) != nil else { return }
        work.producer.publish()
        data.signal()
        if work.sent < count, !room.wait() { return }
      }
    }
    var consumer = RingConsumer(ring)
    var received = 0
    while received < count {
      guard data.wait() else {
        Issue.record("nothing came after byte \(received)")
        break
      }
      while let byte = try consumer.dequeue() {
        guard byte == UInt8(truncatingIfNeeded: received &* 31) else {
          Issue.record("byte \(received) is wrong")
          return
        }
        received += 1
      }
      consumer.release()
      if consumer.takeSignalRequest() { room.signal() }
    }
    sender.join()
  }
}

private struct Sending: Drain, ~Copyable {
  var producer: RingProducer<SerialQueue>
  let count: Int
  var sent = 0

  init(producer: consuming RingProducer<SerialQueue>, count: Int) {
    self.producer = producer
    self.count = count
  }

  mutating func checkWork() throws(PeerFault) -> WorkState {
    if sent == count { return .idle }
    return try producer.free() > 0 ? .ready : .waiting
  }
  mutating func performStep() throws(PeerFault) {
    if try producer.enqueue(UInt8(truncatingIfNeeded: sent &* 31)) { sent += 1 }
  }
  mutating func requestSignal() { producer.requestSignal() }
  mutating func cancelSignal() { producer.cancelSignal() }
}

/// A binary semaphore, like a Microkit notification: several signals may cause one wake-up.
final class Notification: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var pending = false

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  func signal() {
    pthread_mutex_lock(mutex)
    pending = true
    pthread_cond_signal(condition)
    pthread_mutex_unlock(mutex)
  }

  /// False if no signal came within 20 seconds, long enough for any peer that owes one.
  func wait() -> Bool {
    var end = timespec()
    clock_gettime(CLOCK_REALTIME, &end)
    end.tv_sec += 20
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !pending {
      if pthread_cond_timedwait(condition, mutex, &end) == ETIMEDOUT { return false }
    }
    pending = false
    return true
  }
}

/// A thread of the operating system. Tasks of the test library may share one, which would prove nothing.
final class Thread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
  private var handle = pthread_t()

  init(_ body: @escaping @Sendable () -> Void) {
    let argument = Unmanaged.passRetained(Body(body)).toOpaque()
    pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument)
  }

  func join() { pthread_join(handle, nil) }
}
