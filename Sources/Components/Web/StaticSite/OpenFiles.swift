// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The files that are open on the server, with what it takes to open them again after it has begun again.
struct OpenFiles {
  private struct Entry {
    var path: [UInt8]
    /// Nil until the file is open again.
    var descriptor: UInt64?
    /// Whether the file has to be opened again, and whether that is under way.
    var isLost = false
    var isOpening = false
    /// Whether it is not used any more.
    var isClosed = false
  }

  private var entries: [Entry?] = []

  /// A descriptor that is never open.
  private static var invalid: UInt64 { .max }

  /// Notes an open file. Returns its number.
  mutating func add(_ descriptor: UInt64, path: [UInt8]) -> Int {
    let entry = Entry(path: path, descriptor: descriptor)
    if let place = entries.firstIndex(where: { $0 == nil }) {
      entries[place] = entry
      return place
    }
    entries.append(entry)
    return entries.count - 1
  }

  /// The file's current descriptor; one that is not open while it has none.
  func descriptor(of number: Int) -> UInt64 { entries[number]?.descriptor ?? Self.invalid }

  /// The file is not used any more. Returns the descriptor to close, if it has one now.
  mutating func remove(_ number: Int) -> UInt64? {
    if entries[number]?.isOpening == true {
      entries[number]?.isClosed = true
      return nil
    }
    let descriptor = entries[number]?.descriptor
    entries[number] = nil
    return descriptor
  }

  /// The server has begun again: no file is open any more.
  mutating func loseAll() {
    for number in entries.indices {
      entries[number]?.descriptor = nil
      entries[number]?.isLost = true
      entries[number]?.isOpening = false
      if entries[number]?.isClosed == true { entries[number] = nil }
    }
  }

  /// A file to open again, and its path; nil if there is none.
  var nextLost: (number: Int, path: [UInt8])? {
    for number in entries.indices {
      if let entry = entries[number], entry.isLost { return (number, entry.path) }
    }
    return nil
  }

  /// Whether files are being opened again.
  var areOpening: Bool {
    for number in entries.indices where entries[number]?.isOpening == true { return true }
    return false
  }

  /// A command to open the file again is under way.
  mutating func begin(_ number: Int) {
    entries[number]?.isLost = false
    entries[number]?.isOpening = true
  }

  /// The file is open again, or, without a descriptor, will never be. Returns the descriptor to close if it is not used any more.
  mutating func finish(_ number: Int, _ descriptor: UInt64?) -> UInt64? {
    entries[number]?.isLost = false
    entries[number]?.isOpening = false
    entries[number]?.descriptor = descriptor
    guard entries[number]?.isClosed == true else { return nil }
    entries[number] = nil
    return descriptor
  }
}
