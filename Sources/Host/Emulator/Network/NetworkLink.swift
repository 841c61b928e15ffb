// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// The cable between the machine's Ethernet device and a backend: it takes time, and may record, lose,
/// damage or delay frames.
final class NetworkLink {
  private struct Frame {
    var time: UInt64
    var bytes: [UInt8]
  }

  /// Frames under way in one direction, by the time of their arrival.
  private struct Lane {
    private(set) var frames: ArraySlice<Frame> = []
    private var lastArrival: UInt64 = 0

    /// When a frame of so many bytes arrives that is sent now: a short one does not overtake a long one.
    mutating func arrival(of count: Int, now: UInt64) -> UInt64 {
      lastArrival = max(
        lastArrival, now + NetworkLink.latency + UInt64(count) * NetworkLink.nanosecondsPerByte)
      return lastArrival
    }

    mutating func insert(_ frame: Frame) {
      let place = frames.lastIndex { $0.time <= frame.time }
      frames.insert(frame, at: place.map { $0 + 1 } ?? frames.startIndex)
    }

    mutating func removeFirst(until now: UInt64) -> Frame? {
      guard let first = frames.first, first.time <= now else { return nil }
      return frames.popFirst()
    }
  }

  /// 1 Gb/s with a bit of cable and switch: nanoseconds before a frame of no length arrives.
  static let latency: UInt64 = 10_000
  static let nanosecondsPerByte: UInt64 = 8
  /// Frames under way in each direction; more are lost, as in a switch. To the machine as many as may wait
  /// for its card, if that is more.
  static let capacity = 1024

  private let backend: (any NetworkBackend)?
  private let recorder: PcapWriter?
  private var faults: PacketFaults?
  private var toMachine = Lane()
  private var fromMachine = Lane()
  /// Takes a frame at the device.
  var receive: ([UInt8], UInt64) -> Void = { _, _ in }
  /// How many frames wait at the device for buffers.
  var waitingCount: () -> Int = { 0 }
  /// How many may.
  let queueLimit: Int
  private var now: UInt64 = 0
  private var changes: ArraySlice<LinkChange>
  /// Whether the cable is in; frames that are under way when it is pulled are lost.
  private(set) var isUp = true
  /// Told when `isUp` has changed.
  var stateChanged: () -> Void = {}

  init(
    backend: (any NetworkBackend)?, recorder: PcapWriter?, faults: PacketFaults?,
    changes: [LinkChange] = []
  ) {
    self.backend = backend
    queueLimit = backend?.queueLimit ?? 0
    self.changes = changes.sorted { $0.time < $1.time }[...]
    self.recorder = recorder
    self.faults = faults
    backend?.deliver = { [unowned self] in carry($0, isToMachine: true) }
  }

  func send(_ frame: [UInt8], now: UInt64) {
    self.now = now
    carry(frame, isToMachine: false)
  }

  private func carry(_ bytes: [UInt8], isToMachine: Bool) {
    if isToMachine {
      carry(bytes, in: &toMachine, limit: max(Self.capacity, queueLimit))
    } else {
      carry(bytes, in: &fromMachine, limit: Self.capacity)
    }
  }

  private func carry(_ bytes: [UInt8], in lane: inout Lane, limit: Int) {
    guard isUp, lane.frames.count < limit else { return }
    var frame = Frame(time: lane.arrival(of: bytes.count, now: now), bytes: bytes)
    if faults?.apply(to: &frame.bytes, &frame.time) == false { return }
    lane.insert(frame)
  }

  var nextEvent: UInt64? {
    [
      toMachine.frames.first?.time, fromMachine.frames.first?.time, backend?.nextEvent,
      changes.first?.time,
    ].compactMap(\.self).min()
  }

  func advance(to now: UInt64) {
    self.now = max(self.now, now)
    while let change = changes.first, change.time <= now {
      changes = changes.dropFirst()
      isUp = change.isUp
      if !isUp { (toMachine, fromMachine) = (Lane(), Lane()) }
      stateChanged()
    }
    backend?.advance(to: now)
    deliver(until: now)
  }

  /// In the order of their times.
  private func deliver(until now: UInt64) {
    while true {
      let isToMachine =
        toMachine.frames.first?.time ?? .max <= fromMachine.frames.first?.time ?? .max
      let next =
        isToMachine
        ? toMachine.removeFirst(until: now) : fromMachine.removeFirst(until: now)
      guard let frame = next else { return }
      recorder?.record(frame.bytes, at: frame.time)
      if isToMachine {
        receive(frame.bytes, frame.time)
      } else {
        backend?.send(frame.bytes, now: now)
      }
    }
  }

  func descriptors(timeout: inout UInt32) -> [pollfd] {
    guard let backend else { return [] }
    if backend.canWait, toMachine.frames.count + waitingCount() > queueLimit / 2 { return [] }
    return backend.descriptors(timeout: &timeout)
  }

  func handle(_ descriptors: [pollfd], now: UInt64) {
    self.now = max(self.now, now)
    backend?.handle(descriptors, now: now)
  }
}

/// The cable is pulled, or put back.
public struct LinkChange: Hashable, Sendable {
  public var isUp: Bool
  /// Nanoseconds of virtual time.
  public var time: UInt64

  public init(isUp: Bool, time: UInt64) { (self.isUp, self.time) = (isUp, time) }
}

/// Seeded misfortune: the same seed, the same faults.
public struct PacketFaults: Hashable, Sendable {
  /// Of a thousand frames, how many are lost, damaged in one bit, delayed.
  public var dropped: Int
  public var corrupted: Int
  public var delayed: Int
  /// Nanoseconds; a delayed frame waits up to as long, and may be overtaken.
  public var delay: UInt64 = 20_000_000
  private var state: UInt64

  public init(dropped: Int = 0, corrupted: Int = 0, delayed: Int = 0, seed: UInt64 = 1) {
    (self.dropped, self.corrupted, self.delayed) = (dropped, corrupted, delayed)
    state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
  }

  private mutating func random(_ limit: UInt64) -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state % limit
  }

  /// - Returns: whether the frame arrives.
  mutating func apply(to frame: inout [UInt8], _ time: inout UInt64) -> Bool {
    if random(1000) < dropped { return false }
    if random(1000) < corrupted, !frame.isEmpty {
      frame[Int(random(UInt64(frame.count)))] ^= 1 << UInt8(random(8))
    }
    if random(1000) < delayed { time += random(delay) }
    return true
  }
}
