// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What an SDK calls itself, and the known release whose rules and ABI stand for it.
///
/// A release that is newer than all known ones stands for itself as well as it can: Microkit rarely
/// changes what exists, and `make image` compares the ABI with the SDK's headers. Development
/// builds are numbered like "2.3.0-dev" and "2.3.0-dev.7+cfd5216".
public struct SDKName: Hashable, Sendable {
  /// As the user or the SDK's VERSION file wrote it.
  public var text: String
  /// The known release whose rules apply.
  public var version: SDKVersion

  /// Finds the known release for a name.
  ///
  /// - Returns: nil if it is not a version number, or is that of an unsupported release: one older
  ///   than 1.4.1, or 2.0.0, whose bugs 2.0.1 corrects.
  public init?(_ text: String) {
    let end = text.firstIndex { $0 == "-" || $0 == "+" } ?? text.endIndex
    let suffix = text[end...]
    guard let number = VersionNumber(text[..<end]), suffix.isEmpty || suffix.dropFirst() != ""
    else { return nil }
    if let exact = SDKVersion(rawValue: String(text[..<end])) {
      (self.text, version) = (text, exact)
      return
    }
    if number == VersionNumber(major: 2, minor: 0, patch: 0) { return nil }
    let known = SDKVersion.allCases.last {
      VersionNumber($0.rawValue[...]).map { $0 < number } ?? false
    }
    guard let known else { return nil }
    (self.text, version) = (text, known)
  }

  /// A known release under its own name.
  public init(_ version: SDKVersion) {
    (text, self.version) = (version.rawValue, version)
  }

  /// Whether it is a known release and not one that another stands for.
  public var isKnown: Bool { text == version.rawValue }
}

/// Three numbers of at most six digits.
private struct VersionNumber: Comparable {
  var major: Int
  var minor: Int
  var patch: Int

  init(major: Int, minor: Int, patch: Int) {
    (self.major, self.minor, self.patch) = (major, minor, patch)
  }

  init?(_ text: Substring) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      part.utf8.count <= 6
        && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        ? Int(part) : nil
    }
    guard parts.count == 3, numbers.count == 3 else { return nil }
    (major, minor, patch) = (numbers[0], numbers[1], numbers[2])
  }

  static func < (lhs: Self, rhs: Self) -> Bool {
    (lhs.major, lhs.minor, lhs.patch) < (rhs.major, rhs.minor, rhs.patch)
  }
}
