// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import EntropyComponents
import Registers

/// The generator of random numbers in Amlogic's Meson G12 and SM1 chips: the Odroid-C4's. One register gives 32 bits at each
/// read. There is no status, so that only the health tests tell whether it works.
public struct MesonEntropy<Bus: RegisterBus>: EntropyDevice {
  private typealias Map = MesonEntropyRegisters

  /// Amlogic publishes no analysis of it, so the least counts.
  public static var bitsPerByte: Int { 1 }
  /// Size in bytes of the generator's registers.
  public static var registersByteCount: Int { 4 }
  /// Size in bytes of the clock controller's registers, up to the gate.
  public static var clocksByteCount: Int { 0x144 }
  private static var wordsPerBlock: Int { 8 }

  private let generator: Bus
  private let clocks: Bus?

  /// The generator, and the clock controller with its gate; nil if the device tree tells no clock, and firmware decides.
  public init(_ generator: Bus, clocks: Bus?) {
    self.generator = generator
    self.clocks = clocks
  }

  /// Lets the clock through to the generator. Firmware may have closed the gate, and without a clock a read returns
  /// anything, or never returns.
  public func start() throws(EntropyDeviceFault) {
    guard let clocks else { return }
    clocks.modify(Map.gates) { $0[Map.Gates.generator] = 1 }
    // Device memory keeps the order of accesses to one device only. What the register returns has arrived there.
    guard clocks.read(Map.gates).has(Map.Gates.generator) else { throw .unusable }
  }

  /// Reads 32 bytes.
  public func take(_ block: inout EntropyBlock) -> Bool {
    block.clear()
    for _ in 0..<Self.wordsPerBlock { block.append(generator.read(Map.data).bits) }
    return true
  }
}
