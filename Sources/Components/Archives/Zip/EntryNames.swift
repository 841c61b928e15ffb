// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The names that an archive has, to give each entry one of its own: also where upper and lower case are the same, and
/// where a folder and a file cannot share a name.
///
/// It holds a hash of 64 bits for each name and folder, not the names. Two names of the same hash count as the same, so
/// one of them gets a number that it need not have. A name takes at most 48 bytes of memory while the table grows, and
/// 32 otherwise.
public struct EntryNames: Sendable {
  // Open addressing with linear probing; 0 is a free place. At most half of them are used.
  private var places: [UInt64] = [UInt64](repeating: 0, count: 16)
  /// Names and folders in it.
  public private(set) var count = 0
  private let limit: Int

  /// No names yet; `limit` names and folders at most.
  public init(limit: Int) { self.limit = min(max(limit, 0), 1 << 32) }

  /// Bytes that `limit` names and folders take at most.
  static func memoryBound(limit: Int) -> Int { 48 * min(max(limit, 16), 1 << 32) }

  /// Adds a name. If it is taken, its file or the folder that is in the way gets the next number: `cat (2).jpg`.
  public mutating func add(_ name: EntryName) throws(ZipError) -> EntryName {
    let parts = name.parts
    reserve(parts.count)
    var path: [UInt8] = []
    for (index, part) in parts.enumerated() {
      let isFolder = index < parts.count - 1
      if index > 0 { path.append(0x2f) }
      let free = try freePart(path, part, isFolder: isFolder)
      path += free
      try insert(isFolder ? .folder : .file, path)
    }
    return EntryName(safe: path)
  }

  /// `part` in the folder `path`, with a number if it needs one.
  private func freePart(
    _ path: [UInt8], _ part: [UInt8], isFolder: Bool
  ) throws(ZipError) -> [UInt8] {
    guard isTaken(path + part, isFolder) else { return part }
    // Numbers are given in order, so a free one is found in steps that double, and the first one by halving.
    var taken = 1
    var free = 2
    while isTaken(path + NamePart.numbered(part, free), isFolder) {
      guard free <= 2 * limit else { throw .noFreeName }
      taken = free
      free *= 2
    }
    while free - taken > 1 {
      let middle = (free + taken) / 2
      if isTaken(path + NamePart.numbered(part, middle), isFolder) {
        taken = middle
      } else {
        free = middle
      }
    }
    return NamePart.numbered(part, free)
  }

  private func isTaken(_ path: [UInt8], _ isFolder: Bool) -> Bool {
    contains(.file, path) || (!isFolder && contains(.folder, path))
  }

  // MARK: The set

  private enum Kind: UInt64 {
    case file = 0xcbf2_9ce4_8422_2325
    case folder = 0x8422_2325_cbf2_9ce4
  }

  /// Names made to meet in the table could make searches long. Beyond this many places a name counts as taken, and its
  /// number takes it elsewhere.
  private static var probeLimit: Int { 128 }

  private func contains(_ kind: Kind, _ path: [UInt8]) -> Bool {
    let hash = Self.hash(kind, path)
    var place = index(hash)
    for _ in 0..<Self.probeLimit {
      if places[place] == 0 { return false }
      if places[place] == hash { return true }
      place = index(UInt64(place) &+ 1)
    }
    return true
  }

  private mutating func insert(_ kind: Kind, _ path: [UInt8]) throws(ZipError) {
    guard kind == .file || !contains(kind, path) else { return }
    guard count < limit else { throw .tooManyEntries(limit: limit) }
    insert(Self.hash(kind, path))
    count += 1
  }

  private mutating func insert(_ hash: UInt64) {
    var place = index(hash)
    while places[place] != 0 { place = index(UInt64(place) &+ 1) }
    places[place] = hash
  }

  /// The number of places is a power of two.
  private func index(_ hash: UInt64) -> Int { Int(hash & UInt64(places.count - 1)) }

  private mutating func reserve(_ added: Int) {
    var size = places.count
    while (count + added) * 2 > size { size *= 2 }
    guard size > places.count else { return }
    let old = places
    places = [UInt64](repeating: 0, count: size)
    for hash in old where hash != 0 { insert(hash) }
  }

  /// FNV-1a over the characters in one case, then mixed so that the lower bits depend on all.
  private static func hash(_ kind: Kind, _ path: [UInt8]) -> UInt64 {
    var hash = kind.rawValue
    var index = 0
    while index < path.count {
      let (scalar, byteCount) = Scalars.scalar(path.span, at: index)
      hash = (hash ^ UInt64(CaseFolding.folded(scalar))) &* 0x100_0000_01b3
      index += byteCount
    }
    hash = (hash ^ hash >> 32) &* 0xd6e8_feb8_6659_fd93
    hash ^= hash >> 32
    return hash == 0 ? 1 : hash
  }
}
