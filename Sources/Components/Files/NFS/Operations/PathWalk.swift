// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A path on its way from name to file.
struct PathWalk: Sendable {
  static var pathLimit: Int { 4095 }

  /// What is left of the path, from `position` on.
  private(set) var path: [UInt8]
  private(set) var position = 0
  /// The directory or file that has been reached; nil before the root is known.
  var here: FileHandle?
  private(set) var links: UInt16 = 0
  /// Whether a link at the end is the result itself.
  let keepsLastLink: Bool
  /// Whether the last name is left over.
  let stopsBeforeLast: Bool
  /// Once a link was met.
  private var fence: Fence?

  /// How far a walk is from the folder that no link leads out of. Small, as walks are copied; a path
  /// has no more than 4095 bytes.
  private struct Fence {
    /// Bytes of the path behind the folder's name.
    private let restCount: UInt16
    /// Whether the walk is behind it, and so many directories deep.
    var isBehind: Bool
    var depth: Int32 = 0

    init(rest: Int, isBehind: Bool = false) {
      restCount = UInt16(clamping: rest)
      self.isBehind = isBehind
    }

    var rest: Int { Int(restCount) }
  }

  init(_ path: [UInt8], keepsLastLink: Bool = false, stopsBeforeLast: Bool = false) {
    self.path = path
    self.keepsLastLink = keepsLastLink
    self.stopsBeforeLast = stopsBeforeLast
  }

  /// Places of the next name; nil at the end. `.` is left out.
  func nextName() -> Range<Int>? { Self.name(in: path, from: position) }

  private static func name(in path: [UInt8], from position: Int) -> Range<Int>? {
    var index = position
    while true {
      while index < path.count, path[index] == 0x2f { index += 1 }
      guard index < path.count else { return nil }
      let start = index
      while index < path.count, path[index] != 0x2f { index += 1 }
      if index - start == 1, path[start] == 0x2e { continue }
      return start..<index
    }
  }

  func name(_ range: Range<Int>) -> [UInt8] {
    [UInt8](copying: path.span.extracting(range))
  }

  /// Whether nothing but slashes is behind `range`.
  func isLast(_ range: Range<Int>) -> Bool {
    for index in range.upperBound..<path.count where path[index] != 0x2f { return false }
    return true
  }

  /// Whether the path says that its last name is a directory.
  var demandsDirectory: Bool { path.last == 0x2f }

  /// Goes behind a name, or behind `..`. False where a link leads out of the folder.
  mutating func pass(_ range: Range<Int>, goesUp: Bool = false) -> Bool {
    position = range.upperBound
    guard var fence else { return true }
    if !fence.isBehind {
      guard path.count - range.lowerBound <= fence.rest else { return true }
      fence.isBehind = true
    }
    fence.depth += goesUp ? -1 : 1
    self.fence = fence
    return fence.depth >= 0
  }

  enum Step: Equatable { case inside, outside, tooLong }

  /// Puts a link's target in the place of the name that was passed.
  ///
  /// - Parameter folder: a link that is met behind it does not lead out of it; empty for none. Paths
  ///   that do not begin with it are not concerned.
  mutating func follow(
    _ target: [UInt8], root: FileHandle, from directory: FileHandle, limit: Int,
    inside folder: [UInt8] = []
  ) -> Step {
    links += 1
    let rest = path.count - position
    guard links <= UInt16(clamping: limit), !target.isEmpty,
      target.count + 1 + rest <= Self.pathLimit
    else {
      return .tooLong
    }
    var whole = target
    if rest > 0 {
      whole.append(0x2f)
      whole.append(copying: path.span.extracting(position..<path.count))
    }
    // The export is the client's whole world: absolute targets start at its root.
    let isAbsolute = target[0] == 0x2f
    if !folder.isEmpty {
      if fence == nil { fence = fence(around: folder) }
      if fence?.isBehind == true {
        if isAbsolute {
          guard let end = Self.end(of: folder, in: target) else { return .outside }
          fence = Fence(rest: whole.count - end)
        } else {
          // The link itself is no directory.
          fence?.depth -= 1
        }
      }
    }
    path = whole
    position = 0
    here = isAbsolute ? root : directory
    return .inside
  }

  /// At the first link: as long as there was none, the path itself says where the walk is.
  private func fence(around folder: [UInt8]) -> Fence? {
    guard let end = Self.end(of: folder, in: path) else { return nil }
    var fence = Fence(rest: path.count - end, isBehind: position > end)
    var next = end
    while let range = Self.name(in: path, from: next), range.upperBound <= position {
      let goesUp =
        range.count == 2 && path[range.lowerBound] == 0x2e && path[range.lowerBound + 1] == 0x2e
      fence.depth += goesUp ? -1 : 1
      next = range.upperBound
    }
    return fence
  }

  /// Where `path` goes on behind `folder`, which it has to begin with, name by name.
  private static func end(of folder: [UInt8], in path: [UInt8]) -> Int? {
    var (end, position) = (0, 0)
    while let name = name(in: folder, from: position) {
      guard let own = Self.name(in: path, from: end),
        path.span.extracting(own).equals(folder.span.extracting(name))
      else { return nil }
      end = own.upperBound
      position = name.upperBound
    }
    return end
  }
}
