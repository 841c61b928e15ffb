// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// A size for people: "64 KiB", "1.06 MiB"; at most two decimals, rounded down.
public func readable(_ size: ByteCount) -> String {
  let units: [(name: String, shift: UInt64)] = [("GiB", 30), ("MiB", 20), ("KiB", 10)]
  for unit in units where size.rawValue >> unit.shift > 0 {
    let whole = size.rawValue >> unit.shift
    let rest = size.rawValue & ((1 << unit.shift) - 1)
    let hundredths = (rest * 100) >> unit.shift
    if hundredths == 0 { return "\(whole) \(unit.name)" }
    if hundredths % 10 == 0 { return "\(whole).\(hundredths / 10) \(unit.name)" }
    return "\(whole).\(hundredths < 10 ? "0" : "")\(hundredths) \(unit.name)"
  }
  return "\(size.rawValue) B"
}

/// "1 region", "3 regions".
func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}

/// A sum that saturates, because sizes come from files.
func total(_ sizes: some Sequence<ByteCount>) -> ByteCount {
  ByteCount(
    sizes.reduce(0) { sum, size in
      let (next, overflow) = sum.addingReportingOverflow(size.rawValue)
      return overflow ? .max : next
    })
}

/// A total of which some parts are unknown: "64 KiB", "64 KiB and 1 of unknown size", "of unknown
/// size".
func amount(_ known: ByteCount, unsized: Int, of count: Int) -> String {
  if unsized == 0 { return readable(known) }
  let unknown = "of unknown size"
  return unsized == count ? unknown : "\(readable(known)) and \(unsized) \(unknown)"
}
