// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension SystemReport {
  /// The scheduling domains, and the schedule that the kernel repeats.
  public struct Schedule: Hashable, Sendable, Codable {
    /// A line of the schedule.
    public struct Entry: Hashable, Sendable, Codable {
      /// The domain that runs; nil for an end marker.
      public var domain: String?
      /// How long it runs, in `unit`.
      public var duration: UInt64?
      /// "us" or "ticks".
      public var unit: String?
      /// Whether it is between the start and the next end marker, so that the kernel reaches it.
      public var runs: Bool
    }

    /// A scheduling domain.
    public struct Domain: Hashable, Sendable, Codable {
      /// Unique among scheduling domains.
      public var name: String
      /// The kernel's number for it, if the file gives one.
      public var id: UInt8?
      /// Names of the protection domains in it.
      public var members: [String]
      /// Its part of the time, from 0 to 1; nil if some durations are in ticks and others are not.
      public var share: Double?
    }

    /// In the order of the file.
    public var entries: [Entry]
    /// In the order of the file.
    public var domains: [Domain]
    /// Index of the entry to start with, which also follows the end.
    public var startIndex: UInt64
    /// How many entries further on the schedule stands in the kernel's table.
    public var indexShift: UInt64
  }
}

extension SystemReport.Schedule {
  init(_ schedule: DomainSchedule, domains all: [ProtectionDomain]) {
    startIndex = schedule.startIndex ?? 0
    indexShift = schedule.indexShift ?? 0
    var hasEnded = false
    entries = schedule.entries.enumerated().map { index, entry in
      let isReached = UInt64(index) >= schedule.startIndex ?? 0 && !hasEnded
      switch entry {
      case .run(let domain, let duration, let unit):
        return Entry(domain: domain, duration: duration, unit: unit.rawValue, runs: isReached)
      case .endMarker:
        if isReached { hasEnded = true }
        return Entry(domain: nil, duration: nil, unit: nil, runs: false)
      }
    }
    let running = entries.filter(\.runs)
    let cycle = Self.time(of: running)
    let hasOneUnit = Set(running.map(\.unit)).count == 1
    domains = schedule.domains.map { domain in
      let own = Self.time(of: running.filter { $0.domain == domain.name })
      return Domain(
        name: domain.name, id: domain.id,
        members: all.filter { $0.schedulingDomain == domain.name }.map(\.name),
        share: hasOneUnit && cycle > 0 ? (own / cycle * 10000).rounded() / 10000 : nil)
    }
  }

  /// Floating-point, because durations come from files and must not overflow.
  private static func time(of entries: [Entry]) -> Double {
    entries.reduce(0) { $0 + Double($1.duration ?? 0) }
  }

  /// "d0 10 us, d1 20 us" for the entries that run, or for the others.
  func sequence(runs: Bool) -> String {
    entries.filter { $0.runs == runs && $0.domain != nil }
      .map { "\($0.domain ?? "") \($0.duration ?? 0) \($0.unit ?? "")" }.joined(separator: ", ")
  }
}

/// A share of time for people: "50 %", "33.3 %".
func percentage(_ share: Double) -> String {
  let tenths = Int((share * 1000).rounded())
  if tenths == 0 && share > 0 { return "below 0.1 %" }
  return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
}
