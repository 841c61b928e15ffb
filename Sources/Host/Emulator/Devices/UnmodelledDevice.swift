// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A device without a model: its registers read as zero, and the first access is reported.
final class UnmodelledDevice: Device {
  let name: String
  var report: (String) -> Void = { _ in }
  private var wasReported = false

  init(name: String) { self.name = name }

  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 {
    reportFirst("reads", offset)
    return 0
  }

  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {
    reportFirst("writes", offset)
  }

  private func reportFirst(_ verb: String, _ offset: UInt64) {
    if wasReported { return }
    wasReported = true
    report("there is no model of \(name); a program \(verb) its offset \(hex(offset))")
  }
}
