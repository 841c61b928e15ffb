// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// What names in directories stand for, each valid until a given time. Absent names are cached too. Organised like
/// `AttributeCache`.
struct NameCache: Sendable {
  enum Meaning: Equatable, Sendable {
    case file(FileHandle)
    /// The directory has no such name.
    case nothing
  }

  private struct Entry: Sendable {
    var directory: FileHandle
    var name: [UInt8]
    var meaning: Meaning
    var until: Instant
  }

  private var entries: [Entry?]
  private let setMask: UInt64

  /// - Parameter capacity: a power of two, at least 4.
  init(capacity: Int) {
    entries = [Entry?](repeating: nil, count: capacity)
    setMask = UInt64(capacity / 4 - 1)
  }

  private func places(_ directory: FileHandle, _ name: [UInt8]) -> Range<Int> {
    var hash = directory.hash
    for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let first = Int((hash & setMask) * 4)
    return first..<first + 4
  }

  private func find(_ directory: FileHandle, _ name: [UInt8]) -> Int? {
    for index in places(directory, name) {
      if let entry = entries[index], entry.name == name, entry.directory == directory {
        return index
      }
    }
    return nil
  }

  /// What a name stands for; nil if that is not known at `now`.
  func meaning(_ directory: FileHandle, _ name: [UInt8], now: Instant) -> Meaning? {
    guard let index = find(directory, name), let entry = entries[index], entry.until > now else {
      return nil
    }
    return entry.meaning
  }

  mutating func store(
    _ meaning: Meaning, _ directory: FileHandle, _ name: [UInt8], until: Instant
  ) {
    var place = find(directory, name)
    if place == nil {
      var earliest = Instant.never
      for index in places(directory, name) {
        let end = entries[index]?.until ?? .start
        if end < earliest {
          earliest = end
          place = index
        }
      }
    }
    guard let place else { return }
    entries[place] = Entry(directory: directory, name: name, meaning: meaning, until: until)
  }

  mutating func remove(_ directory: FileHandle, _ name: [UInt8]) {
    if let index = find(directory, name) { entries[index] = nil }
  }

  mutating func removeAll() {
    for index in entries.indices { entries[index] = nil }
  }
}

#if !hasFeature(Embedded)
  extension NameCache {
    /// What is inconsistent in this state, or nil; for tests.
    func checkInvariants() -> String? {
      for (index, entry) in entries.enumerated() {
        guard let entry else { continue }
        guard places(entry.directory, entry.name).contains(index) else {
          return "NameCache \(index) is in the wrong set"
        }
        if find(entry.directory, entry.name) != index { return "NameCache \(index) is there twice" }
      }
      return nil
    }
  }
#endif
