// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import ELFImage
import Records
import Subsystems
import SystemModel

/// What a program needs of its system, as its image states it.
struct ImageNeeds {
  /// Bytes of heap, 0 if it states no number; nil if it has no heap.
  let heap: UInt64?

  init(of image: ELFImage) {
    let hasHeap = image.sections.contains { $0.name == "\(HeapConfig.section)" }
    heap =
      hasHeap ? Self.numbers(in: "\(HeapConfig.needsSection)", of: image).reduce(0, Self.sum) : nil
  }

  /// The 64-bit numbers in a section; none if there is no such section.
  private static func numbers(in section: String, of image: ELFImage) -> [UInt64] {
    guard let section = image.sections.first(where: { $0.name == section }),
      let bytes = image.contents(of: section).map(Array.init)
    else { return [] }
    return (0..<(bytes.count / 8)).map { bytes.number(at: 8 * $0) }
  }

  // An image may state anything.
  private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
  }

  /// What the system does not give the domain that runs this program.
  func unmet(in layout: SystemLayout, of domain: String, image: String) -> [UnmetNeed] {
    guard let heap else { return [] }
    let given = layout.heapSize(of: domain)
    if let given, given.rawValue >= heap { return [] }
    return [UnmetNeed(domain: domain, image: image, kind: .heap(given: given, needed: heap))]
  }
}

/// Something that a program needs, and that its system does not give.
struct UnmetNeed: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// `given` is nil for a domain without a heap.
    case heap(given: ByteCount?, needed: UInt64)
  }

  var domain: String
  /// File name of the program.
  var image: String
  var kind: Kind

  var finding: Finding {
    switch kind {
    case .heap(nil, let needed):
      Finding(
        rule: "heap", at: .entity("protection domain '\(domain)'"),
        "its program \(image) has a heap, and the system gives it none",
        fix: needed > 0
          ? "add the domain with heap: \(Self.argument(needed)) or more"
          : "add the domain with heap: and a size")
    case .heap(let given?, let needed):
      Finding(
        rule: "heap", at: .entity("protection domain '\(domain)'"),
        "its heap has \(given.rawValue) bytes, and its program \(image) needs \(needed) at least",
        fix: "add the domain with heap: \(Self.argument(needed)) or more")
    }
  }

  /// A size as written in a system's description, rounded up to 2 MiB or 4 KiB.
  private static func argument(_ size: UInt64) -> String {
    let size = ByteCount(size)
    let (unit, name, divisor): (ByteCount, String, UInt64) =
      size.rawValue > 1 << 20
      ? (.mebibytes(2), "mebibytes", 1 << 20) : (.kibibytes(4), "kibibytes", 1 << 10)
    guard let rounded = size.roundedUp(to: unit) else { return "ByteCount(\(size.rawValue))" }
    return ".\(name)(\(rounded.rawValue / divisor))"
  }
}
