// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Attributes and rights of files, each for a stated time. A fixed number of places, four for each
/// hash; the one that ends first makes way.
struct AttributeCache: Sendable {
  private struct Entry: Sendable {
    var handle: FileHandle
    var attributes: FileAttributes
    var attributesUntil: UInt64
    var rights = AccessRights()
    var rightsUntil: UInt64 = 0
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

  /// Attributes that are still good at `now`.
  func attributes(_ handle: FileHandle, now: UInt64) -> FileAttributes? {
    guard let index = find(handle), let entry = entries[index], entry.attributesUntil > now else {
      return nil
    }
    return entry.attributes
  }

  /// The attributes that were heard of last, and until when they are good; however old they are.
  func last(_ handle: FileHandle) -> (attributes: FileAttributes, until: UInt64)? {
    guard let index = find(handle), let entry = entries[index] else { return nil }
    return (entry.attributes, entry.attributesUntil)
  }

  func rights(_ handle: FileHandle, now: UInt64) -> AccessRights? {
    guard let index = find(handle), let entry = entries[index], entry.rightsUntil > now else {
      return nil
    }
    return entry.rights
  }

  mutating func store(_ attributes: FileAttributes, _ handle: FileHandle, until: UInt64) {
    if let index = find(handle) {
      entries[index]?.attributes = attributes
      entries[index]?.attributesUntil = until
      return
    }
    var place = places(handle).lowerBound
    var earliest = UInt64.max
    for index in places(handle) {
      let end = entries[index]?.attributesUntil ?? 0
      if end < earliest {
        earliest = end
        place = index
      }
    }
    entries[place] = Entry(handle: handle, attributes: attributes, attributesUntil: until)
  }

  mutating func store(_ rights: AccessRights, _ handle: FileHandle, until: UInt64) {
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
