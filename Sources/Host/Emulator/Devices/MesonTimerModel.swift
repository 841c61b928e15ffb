// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The timers of Amlogic's Meson chips (S905X3 datasheet, timers). Two of them are modelled: E counts up in
/// 64 bits; A counts down from 16 bits and then raises an edge-triggered interrupt.
final class MesonTimerModel: Device {
  let name = "meson-timer"
  var interrupt: (Bool) -> Void = { _ in }
  var report: (String) -> Void = { _ in }
  private var multiplexer: UInt64 = 0
  private var reload: UInt64 = 0
  private var deadline: UInt64?
  /// The time at which E was 0.
  private var start: UInt64 = 0
  private var hasReported = false
  private var other: [UInt64: UInt64] = [:]

  /// Register offsets in bytes from the page of the timers.
  private enum Offset {
    static let multiplexer: UInt64 = 0x140
    static let timerA: UInt64 = 0x144
    static let timerE: UInt64 = 0x188
    static let timerEHigh: UInt64 = 0x18c
  }

  private static let enable: UInt64 = 1 << 16
  private static let periodic: UInt64 = 1 << 12

  /// Nanoseconds of a tick of timer A.
  private var tickA: UInt64 { [1000, 10_000, 100_000, 1_000_000][Int(multiplexer & 3)] }
  /// Nanoseconds of a tick of timer E; nil for the system clock of 24 MHz.
  private var tickE: UInt64? {
    [nil, 1000, 10_000, 100_000, 1_000_000, nil, nil, nil][Int(multiplexer >> 8 & 7)]
  }

  private func countE(_ now: UInt64) -> UInt64 {
    let passed = now - start
    guard let tickE else {
      return passed / 1000 &* 24 &+ passed % 1000 &* 24 / 1000
    }
    return passed / tickE
  }

  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 {
    switch offset {
    case Offset.multiplexer: return multiplexer
    case Offset.timerA:
      let left = deadline.map { $0 > now ? ($0 - now) / tickA : 0 } ?? reload
      return left << 16 | reload
    case Offset.timerE: return countE(now) & 0xffff_ffff
    case Offset.timerEHigh: return countE(now) >> 32
    // The page's other registers, of more timers and the watchdog, read as written.
    default: return other[offset] ?? 0
    }
  }

  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {
    switch offset {
    case Offset.multiplexer:
      let wasEnabled = multiplexer & Self.enable != 0
      multiplexer = value & 0xffff_ffff
      if multiplexer & Self.enable == 0 {
        deadline = nil
      } else if !wasEnabled {
        restart(now)
      }
    case Offset.timerA:
      if value > 0xffff || value == 0 {
        reportOnce(
          "meson-timer's timer A takes 1 to 65535, not \(value): it keeps the lowest 16 bits")
      }
      reload = value & 0xffff
      if multiplexer & Self.enable != 0 { restart(now) }
    case Offset.timerE: start = now
    case Offset.timerEHigh: report("meson-timer's high word of timer E cannot be written")
    default: other[offset] = value
    }
  }

  /// Reports the first time only, as a driver repeats its mistakes.
  private func reportOnce(_ text: String) {
    if hasReported { return }
    hasReported = true
    report(text)
  }

  private func restart(_ now: UInt64) { deadline = now + count * tickA }

  /// Ticks of timer A until its interrupt; a reload value of 0 wraps around.
  private var count: UInt64 { reload == 0 ? 0x1_0000 : reload }

  var nextEvent: UInt64? { deadline }

  func advance(to now: UInt64) {
    while let time = deadline, time <= now {
      deadline = multiplexer & Self.periodic != 0 ? time + count * tickA : nil
      interrupt(true)
      interrupt(false)
    }
  }
}
