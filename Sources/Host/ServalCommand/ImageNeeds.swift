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
  /// Bytes of stack, 0 if it states no number.
  let stack: UInt64
  /// Whether it reads records of types that Serval does not know.
  let readsProgramRecords: Bool
  /// Whether it can serve TLS.
  let servesTLS: Bool

  init(of image: ELFImage) {
    func has(_ section: StaticString) -> Bool {
      image.sections.contains { $0.name == "\(section)" }
    }
    let heaps = Self.numbers(in: HeapConfig.needsSection, of: image)
    heap = has(HeapConfig.section) ? heaps.reduce(0, Self.sum) : nil
    stack = Self.numbers(in: StackNeeds.section, of: image).max() ?? 0
    readsProgramRecords = has(ProgramRecords.section)
    servesTLS = has(TLSServerConfig.section)
  }

  /// The 64-bit numbers in a section; none if there is no such section.
  private static func numbers(in section: StaticString, of image: ELFImage) -> [UInt64] {
    guard let section = image.sections.first(where: { $0.name == "\(section)" }),
      let bytes = image.contents(of: section).map(Array.init)
    else { return [] }
    return (0..<(bytes.count / 8)).map { bytes.number(at: 8 * $0) }
  }

  // An image may state anything.
  private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
  }

  /// What the system does not give the domain that runs this program, or gives in vain.
  func unmet(in layout: SystemLayout, of domain: String, image: String) -> [UnmetNeed] {
    var kinds: [UnmetNeed.Kind] = []
    let givenHeap = layout.heapSize(of: domain)
    if let heap, heap > givenHeap?.rawValue ?? 0 || givenHeap == nil {
      kinds.append(.heap(given: givenHeap, needed: heap))
    }
    let givenStack = layout.description.allProtectionDomains.first { $0.name == domain }?.stackSize
    if let givenStack, givenStack.rawValue < stack {
      kinds.append(.stack(given: givenStack, needed: stack))
    }
    let records = layout.programRecords(of: domain)
    if readsProgramRecords, records.isEmpty { kinds.append(.records) }
    if !readsProgramRecords, !records.isEmpty { kinds.append(.unreadRecords(records)) }
    if !servesTLS, layout.servesTLS(domain) { kinds.append(.tls) }
    return kinds.map { UnmetNeed(domain: domain, image: image, kind: $0) }
  }
}

/// Something that a program needs and its system does not give, or the reverse.
struct UnmetNeed: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// `given` is nil for a domain without a heap.
    case heap(given: ByteCount?, needed: UInt64)
    case stack(given: ByteCount, needed: UInt64)
    /// The program reads a record of its own.
    case records
    /// The names of records that the program does not read.
    case unreadRecords([String])
    /// The program cannot serve TLS.
    case tls
  }

  var domain: String
  /// File name of the program.
  var image: String
  var kind: Kind
  /// The system's name. The built-in system `program` has an option for its heap.
  var system = ""

  var finding: Finding {
    let (rule, message, fix) = words
    return Finding(rule: rule, at: .entity("protection domain '\(domain)'"), message, fix: fix)
  }

  private var words: (rule: String, message: String, fix: String) {
    switch kind {
    case .heap(nil, let needed):
      (
        "heap", "its program \(image) has a heap, and the system gives it none",
        needed > 0
          ? "add the domain with heap: \(Self.argument(needed)) or more"
          : "add the domain with heap: and a size"
      )
    case .heap(let given?, let needed):
      (
        "heap",
        "its heap has \(given.rawValue) bytes, and its program \(image) needs \(needed) at least",
        heapFix(needed)
      )
    case .stack(let given, let needed):
      (
        "stack", "its stack has \(given.rawValue) bytes, and its program \(image) needs \(needed)",
        "add the domain with stackSize: \(Self.argument(needed)) or more"
      )
    case .records:
      (
        "record", "its program \(image) reads a record, and the system gives it none",
        "give it one with addRecord(_:to:)"
      )
    case .tls:
      (
        "https", "the system gives it HTTPS, and its program \(image) has no TLS",
        "let it depend on Serval's product Web, or leave https out"
      )
    case .unreadRecords(let names):
      (
        "record",
        "the system gives it \(names.map { "record '\($0)'" }.joined(separator: " and ")), and its program \(image) reads no such record",
        "read it with linked(), or do not add it"
      )
    }
  }

  private func heapFix(_ needed: UInt64) -> String {
    let mebibyte: UInt64 = 1 << 20
    guard system == "program", let size = ByteCount(needed).roundedUp(to: .mebibytes(2)) else {
      return "add the domain with heap: \(Self.argument(needed)) or more"
    }
    return "generate it with --set heap=\(size.rawValue / mebibyte) or more"
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
