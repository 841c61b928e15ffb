// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The open files and directories of a client, at most 256. A descriptor is its index plus 256 times a generation, so
/// that a closed descriptor does not name the next file at its index.
public struct DescriptorTable<Content: Sendable>: Sendable {
  /// Maximum number of open files and directories.
  public static var capacity: Int { 256 }

  private struct Entry: Sendable {
    var content: Content
    /// Commands in flight that use it.
    var users = 0
  }

  private var entries = [Entry?](repeating: nil, count: 256)
  private var generations = [UInt64](repeating: 0, count: 256)
  /// Number of open files and directories.
  public private(set) var count = 0

  /// An empty table.
  public init() {}

  /// Opens `content`; nil if the table is full.
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

  /// What `descriptor` stands for; nil if it is not open. Setting it to nil, or a closed one, has no effect.
  public subscript(descriptor: UInt64) -> Content? {
    get { place(descriptor).flatMap { entries[$0]?.content } }
    set {
      guard let place = place(descriptor), let newValue else { return }
      entries[place]?.content = newValue
    }
  }

  /// Whether commands are using `descriptor`.
  public func isInUse(_ descriptor: UInt64) -> Bool {
    place(descriptor).flatMap { entries[$0]?.users } ?? 0 > 0
  }

  /// Counts a command that uses `descriptor`, until `release`.
  public mutating func use(_ descriptor: UInt64) {
    if let place = place(descriptor) { entries[place]?.users += 1 }
  }

  /// Ends a use of `descriptor`.
  public mutating func release(_ descriptor: UInt64) {
    if let place = place(descriptor) { entries[place]?.users -= 1 }
  }

  /// Closes `descriptor`, which is then never valid again.
  public mutating func close(_ descriptor: UInt64) {
    guard let place = place(descriptor) else { return }
    entries[place] = nil
    // A descriptor has 56 bits above the index.
    generations[place] = (generations[place] + 1) & (1 << 56 - 1)
    count -= 1
  }

  /// Closes all descriptors.
  public mutating func closeAll() {
    for place in entries.indices where entries[place] != nil {
      close(UInt64(place) | generations[place] << 8)
    }
  }
}

#if !hasFeature(Embedded)
  extension DescriptorTable {
    /// What is inconsistent in this state, or nil; for tests.
    public func checkInvariants() -> String? {
      let open = entries.count { $0 != nil }
      if open != count { return "\(open) descriptors are open, but \(count) are counted" }
      for (place, entry) in entries.enumerated() {
        if let entry, entry.users < 0 { return "descriptor \(place) has \(entry.users) users" }
        if generations[place] >> 56 != 0 { return "generation of \(place) is too large" }
      }
      return nil
    }
  }
#endif
