// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Open files and directories of a client, 256 in all. A descriptor is its place plus 256 times a
/// generation, so that a closed one is not taken for the next at its place.
public struct DescriptorTable<Content: Sendable>: Sendable {
  public static var capacity: Int { 256 }

  private struct Entry: Sendable {
    var content: Content
    /// Commands that are using it.
    var users = 0
  }

  private var entries = [Entry?](repeating: nil, count: 256)
  private var generations = [UInt64](repeating: 0, count: 256)
  public private(set) var count = 0

  public init() {}

  /// Nil where all places are taken.
  public mutating func open(_ content: Content) -> UInt64? {
    guard count < Self.capacity, let place = entries.indices.first(where: { entries[$0] == nil })
    else { return nil }
    entries[place] = Entry(content: content)
    count += 1
    return UInt64(place) | generations[place] << 8
  }

  private func place(_ descriptor: UInt64) -> Int? {
    let place = Int(descriptor & 0xff)
    return entries[place] != nil && generations[place] == descriptor >> 8 ? place : nil
  }

  /// What is open by `descriptor`; nil for one that is not, or not any more.
  public subscript(descriptor: UInt64) -> Content? {
    get { place(descriptor).flatMap { entries[$0]?.content } }
    set {
      guard let place = place(descriptor), let newValue else { return }
      entries[place]?.content = newValue
    }
  }

  public func isInUse(_ descriptor: UInt64) -> Bool {
    place(descriptor).flatMap { entries[$0]?.users } ?? 0 > 0
  }

  public mutating func use(_ descriptor: UInt64) {
    if let place = place(descriptor) { entries[place]?.users += 1 }
  }

  public mutating func release(_ descriptor: UInt64) {
    if let place = place(descriptor) { entries[place]?.users -= 1 }
  }

  public mutating func close(_ descriptor: UInt64) {
    guard let place = place(descriptor) else { return }
    entries[place] = nil
    // 56 bits fit above the place.
    generations[place] = (generations[place] + 1) & (1 << 56 - 1)
    count -= 1
  }

  public mutating func closeAll() {
    for place in entries.indices where entries[place] != nil {
      close(UInt64(place) | generations[place] << 8)
    }
  }
}
