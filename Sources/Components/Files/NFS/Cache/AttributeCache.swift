// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// Attributes and access rights of files, each valid until a given time. Four-way set-associative; the entry that
/// expires first is evicted.
struct AttributeCache: Sendable {
  private struct Entry: Sendable {
    var handle: FileHandle
    var attributes: FileAttributes
    var attributesUntil: Instant
    var rights = AccessRights()
    var rightsUntil = Instant.start
  }

  private var entries: [Entry?]
  private let setMask: UInt64

  /// - Parameter capacity: a power of two, at least 4.
  init(capacity: Int) {
    entries = [Entry?](repeating: nil, count: capacity)
    setMask = UInt64(capacity / 4 - 1)
  }

  private func places(_ handle: FileHandle) -> Range<Int> {
    let first = Int((handle.hash & setMask) * 4)
    return first..<first + 4
  }

  private func find(_ handle: FileHandle) -> Int? {
    for index in places(handle) where entries[index]?.handle == handle { return index }
    return nil
  }

  /// The attributes of a file if they are still valid at `now`.
  func attributes(_ handle: FileHandle, now: Instant) -> FileAttributes? {
    guard let index = find(handle), let entry = entries[index], entry.attributesUntil > now else {
      return nil
    }
    return entry.attributes
  }

  /// The attributes that were stored last and when they expire, even if they have expired.
  func last(_ handle: FileHandle) -> (attributes: FileAttributes, until: Instant)? {
    guard let index = find(handle), let entry = entries[index] else { return nil }
    return (entry.attributes, entry.attributesUntil)
  }

  /// The rights to a file if they are still valid at `now`.
  func rights(_ handle: FileHandle, now: Instant) -> AccessRights? {
    guard let index = find(handle), let entry = entries[index], entry.rightsUntil > now else {
      return nil
    }
    return entry.rights
  }

  mutating func store(_ attributes: FileAttributes, _ handle: FileHandle, until: Instant) {
    if let index = find(handle) {
      entries[index]?.attributes = attributes
      entries[index]?.attributesUntil = until
      return
    }
    var place = places(handle).lowerBound
    var earliest = Instant.never
    for index in places(handle) {
      let end = entries[index]?.attributesUntil ?? .start
      if end < earliest {
        earliest = end
        place = index
      }
    }
    entries[place] = Entry(handle: handle, attributes: attributes, attributesUntil: until)
  }

  /// Stores rights of a file whose attributes are cached.
  mutating func store(_ rights: AccessRights, _ handle: FileHandle, until: Instant) {
    guard let index = find(handle) else { return }
    entries[index]?.rights = rights
    entries[index]?.rightsUntil = until
  }

  mutating func remove(_ handle: FileHandle) {
    if let index = find(handle) { entries[index] = nil }
  }

  mutating func removeAll() {
    for index in entries.indices { entries[index] = nil }
  }
}

#if !hasFeature(Embedded)
  extension AttributeCache {
    /// What is inconsistent in this state, or nil; for tests.
    func checkInvariants() -> String? {
      for (index, entry) in entries.enumerated() {
        guard let entry else { continue }
        guard places(entry.handle).contains(index) else {
          return "AttributeCache \(index) is in the wrong set"
        }
        if find(entry.handle) != index { return "AttributeCache \(index) is there twice" }
      }
      return nil
    }
  }
#endif
