// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// The Ethernet cable between the machine's card and a network. It adds latency and may record, lose, damage
/// or delay frames.
final class NetworkLink {
  private struct Frame {
    var time: UInt64
    var bytes: [UInt8]
  }

  /// Frames in transit in one direction, in the order of arrival.
  private struct Lane {
    private(set) var frames: ArraySlice<Frame> = []
    private var lastArrival: UInt64 = 0

    /// When a frame of `count` bytes transmitted now arrives. A short frame does not overtake a long one.
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

  /// Nanoseconds that each frame takes through cable and switch.
  static let latency: UInt64 = 10_000
  /// 1 Gb/s.
  static let nanosecondsPerByte: UInt64 = 8
  /// The most frames in transit in each direction; more are lost, as in a switch. Towards the machine,
  /// `queueLimit` applies if it is higher.
  static let capacity = 1024

  private let backend: (any NetworkBackend)?
  private let recorder: PcapWriter?
  private var faults: PacketImpairment?
  private var toMachine = Lane()
  private var fromMachine = Lane()
  /// Receives each frame for the machine's card with its time of arrival.
  var onFrame: ([UInt8], UInt64) -> Void = { _, _ in }
  /// Returns the number of frames that wait for buffers of the card.
  var waitingCount: () -> Int = { 0 }
  /// The most frames that may wait for buffers of the card.
  let queueLimit: Int
  private var now: UInt64 = 0
  private var changes: ArraySlice<LinkChange>
  /// Whether the cable is plugged in. Unplugging it loses the frames in transit.
  private(set) var isUp = true
  /// Called after `isUp` has changed.
  var onStateChange: () -> Void = {}

  init(
    backend: (any NetworkBackend)?, recorder: PcapWriter?, faults: PacketImpairment?,
    changes: [LinkChange] = []
  ) {
    self.backend = backend
    queueLimit = backend?.queueLimit ?? 0
    self.changes = changes.sorted { $0.time < $1.time }[...]
    self.recorder = recorder
    self.faults = faults
    backend?.deliver = { [unowned self] in carry($0, isToMachine: true) }
  }

  /// Accepts a frame from the machine's card.
  func transmit(_ frame: [UInt8], now: UInt64) {
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
      onStateChange()
    }
    backend?.advance(to: now)
    deliver(until: now)
  }

  /// Delivers the frames of both directions that have arrived, in the order of their times.
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
        onFrame(frame.bytes, frame.time)
      } else {
        backend?.transmit(frame.bytes, now: now)
      }
    }
  }

  func descriptors(timeout: inout UInt32) -> [pollfd] {
    guard let backend else { return [] }
    if backend.hasFlowControl, toMachine.frames.count + waitingCount() > queueLimit / 2 {
      return []
    }
    return backend.descriptors(timeout: &timeout)
  }

  func handle(_ descriptors: [pollfd], now: UInt64) {
    self.now = max(self.now, now)
    backend?.handle(descriptors, now: now)
  }
}
