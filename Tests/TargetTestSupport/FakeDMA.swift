// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA

/// Memory shared by a test and its model of a device. Records cache maintenance and barriers.
public final class FakeDMA: DMAMemory {
  /// Cache maintenance, a barrier or a 16-bit store. Offsets and lengths are in bytes.
  public enum Event: Equatable, Sendable {
    /// A clean of a range: its offset and length.
    case clean(Int, Int)
    /// A clean and invalidate of a range: its offset and length.
    case cleanAndInvalidate(Int, Int)
    /// A barrier between stores.
    case stores
    /// A barrier between loads.
    case loads
    /// A full barrier.
    case all
    /// A 16-bit store: the width of the indices and flags that the device polls.
    case store16(Int, UInt16)
  }

  /// The contents, for the model of the device.
  public var bytes: [UInt8]
  /// The events since the last `takeEvents`, in order.
  public private(set) var events: [Event] = []
  /// Called when a component is about to read data that a device wrote.
  public var whenInvalidated: () -> Void = {}

  /// Creates zeroed memory.
  public init(byteCount: Int) { bytes = [UInt8](repeating: 0, count: byteCount) }

  /// The size in bytes.
  public var byteCount: Int { bytes.count }
  /// Called before each 16-bit load and after each 32-bit store, so that a test can act as the device.
  public var beforeLoad16: (Int) -> Void = { _ in }
  /// Called after each 32-bit store, with its offset and value.
  public var onStore32: (Int, UInt32) -> Void = { _, _ in }

  /// Returns the events so far, and forgets them.
  public func takeEvents() -> [Event] {
    defer { events = [] }
    return events
  }

  /// Reads a little-endian number; 0 outside the memory.
  public func load<Number: FixedWidthInteger>(_: Number.Type, at offset: Int) -> Number {
    let size = Number.bitWidth / 8
    guard offset >= 0, offset <= bytes.count - size else { return 0 }
    return (0..<size).reduce(0) { $0 | Number(truncatingIfNeeded: bytes[offset + $1]) << (8 * $1) }
  }

  /// Writes a little-endian number; ignored outside the memory.
  public func store<Number: FixedWidthInteger>(_ value: Number, at offset: Int) {
    let size = Number.bitWidth / 8
    guard offset >= 0, offset <= bytes.count - size else { return }
    for index in 0..<size {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
  }

  /// Calls `beforeLoad16`, then loads.
  public func load16(at offset: Int) -> UInt16 {
    beforeLoad16(offset)
    return load(UInt16.self, at: offset)
  }
  /// Loads without an event.
  public func load32(at offset: Int) -> UInt32 { load(UInt32.self, at: offset) }
  /// Loads without an event.
  public func load64(at offset: Int) -> UInt64 { load(UInt64.self, at: offset) }
  /// Stores, and records the event.
  public func store16(_ value: UInt16, at offset: Int) {
    store(value, at: offset)
    events.append(.store16(offset, value))
  }
  /// Stores, then calls `onStore32`.
  public func store32(_ value: UInt32, at offset: Int) {
    store(value, at: offset)
    onStore32(offset, value)
  }
  /// Stores without an event.
  public func store64(_ value: UInt64, at offset: Int) { store(value, at: offset) }
  /// Records the event.
  public func clean(_ offset: Int, count: Int) { events.append(.clean(offset, count)) }
  /// Records the event, then calls `whenInvalidated`.
  public func cleanAndInvalidate(_ offset: Int, count: Int) {
    events.append(.cleanAndInvalidate(offset, count))
    whenInvalidated()
  }
  /// Records the barrier.
  public func orderStores() { events.append(.stores) }
  /// Records the barrier.
  public func orderLoads() { events.append(.loads) }
  /// Records the barrier.
  public func orderAll() { events.append(.all) }
}
