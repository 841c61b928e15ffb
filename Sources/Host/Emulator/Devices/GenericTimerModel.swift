// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The physical counter and timer of the Arm generic timer, which programs access through system registers
/// (Arm ARM, D11).
final class GenericTimerModel: Device {
  let name = "generic timer"
  /// Hertz.
  let frequency: UInt64
  /// Drives the interrupt line.
  var interrupt: (Bool) -> Void = { _ in }
  private var compare: UInt64 = 0
  private var isEnabled = false
  private var isMasked = false
  private var isHigh = false

  init(frequency: UInt64) { self.frequency = frequency }

  /// The counter's value.
  func count(at now: UInt64) -> UInt64 {
    let (seconds, rest) = now.quotientAndRemainder(dividingBy: 1_000_000_000)
    return seconds &* frequency &+ rest &* frequency / 1_000_000_000
  }

  /// The first nanosecond at which the counter has reached `count`; nil if virtual time cannot get there.
  func time(ofCount count: UInt64) -> UInt64? {
    let (seconds, rest) = count.quotientAndRemainder(dividingBy: frequency)
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let part = (rest * 1_000_000_000 + frequency - 1) / frequency
    let (sum, carry) = whole.addingReportingOverflow(part)
    return overflow || carry ? nil : sum
  }

  /// The value of one of the timer's registers; nil for other registers.
  func register(_ instruction: SystemInstruction, at now: UInt64) -> UInt64? {
    switch instruction {
    case .physicalTimerCompare: return compare
    case .physicalTimerValue: return (compare &- count(at: now)) & 0xffff_ffff
    case .physicalTimerControl:
      let status: UInt64 = isEnabled && count(at: now) >= compare ? 4 : 0
      return (isEnabled ? 1 : 0) | (isMasked ? 2 : 0) | status
    default: return nil
    }
  }

  /// - Returns: whether it is one of the timer's registers.
  func set(_ instruction: SystemInstruction, to value: UInt64, at now: UInt64) -> Bool {
    switch instruction {
    case .physicalTimerCompare: compare = value
    case .physicalTimerValue:
      let ticks = Int64(Int32(truncatingIfNeeded: value))
      compare = count(at: now) &+ UInt64(bitPattern: ticks)
    case .physicalTimerControl: (isEnabled, isMasked) = (value & 1 != 0, value & 2 != 0)
    default: return false
    }
    advance(to: now)
    return true
  }

  var nextEvent: UInt64? {
    isEnabled && !isMasked && !isHigh ? time(ofCount: compare) : nil
  }

  func advance(to now: UInt64) {
    let high = isEnabled && !isMasked && count(at: now) >= compare
    if high == isHigh { return }
    isHigh = high
    interrupt(high)
  }

  // The boards do not map its registers into memory.
  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 { 0 }
  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {}
}
