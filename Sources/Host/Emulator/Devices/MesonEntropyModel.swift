// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The clock gates of Amlogic's Meson G12 and SM1 chips. All registers read as written; of the gates, only that of the
/// generator of random numbers has an effect, and it is closed at the start.
final class MesonClocksModel: Device {
  let name = "meson-clocks"
  private var registers: [UInt64: UInt64] = [:]

  /// HHI_GCLK_MPEG0 in bytes from the page of the clocks, and the bit of the generator in it.
  private static let gates: UInt64 = 0x140
  private static let generator: UInt64 = 1 << 12

  /// Whether the generator has a clock.
  var generatorRuns: Bool { registers[Self.gates, default: 0] & Self.generator != 0 }

  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 { registers[offset, default: 0] }

  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {
    registers[offset] = value & 0xffff_ffff
  }
}

/// The generator of random numbers in these chips: one register, 32 new bits at each read. It is in the page of the fuses,
/// which are not modelled.
final class MesonEntropyModel: Device {
  let name = "meson-rng"
  var report: (String) -> Void = { _ in }
  private var bits: RandomBits
  private let clocks: MesonClocksModel

  private static let data: UInt64 = 0x218

  /// - Parameter seed: selects the bits.
  init(seed: UInt64, clocks: MesonClocksModel) {
    bits = RandomBits(seed: seed)
    self.clocks = clocks
  }

  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 {
    guard offset == Self.data, size == 4 else {
      report("meson-rng has no register to read at \(hex(offset))")
      return 0
    }
    guard clocks.generatorRuns else {
      report("meson-rng is read while its clock is off; a board may hang")
      return 0
    }
    return UInt64(bits.next())
  }

  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {
    report("meson-rng has no register to write at \(hex(offset))")
  }
}
