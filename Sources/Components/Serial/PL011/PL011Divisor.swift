// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SerialComponents

/// The PL011's baud rate divisor: clock / (16 * baud) in units of 1/64, rounded to nearest (DDI 0183,
/// 3.3.6).
struct PL011Divisor: Equatable {
  let integer: UInt32
  let fraction: UInt32

  /// `clock` is in hertz and below 2^32; `baud` is in bits per second and may be any number.
  init(clock: UInt64, baud: UInt64) throws(SerialDeviceFault) {
    guard baud > 0 else { throw .unsupportedBaud }
    let sixtyFourths = (clock &* 4 &+ baud / 2) / baud
    // The integer part is 1 to 65,535; at 65,535 the fraction must be 0.
    guard sixtyFourths >= 1 << 6, sixtyFourths <= 0xffff << 6 else { throw .unsupportedBaud }
    integer = UInt32(truncatingIfNeeded: sixtyFourths >> 6)
    fraction = UInt32(truncatingIfNeeded: sixtyFourths & 63)
  }
}
