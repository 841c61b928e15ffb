// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// A board whose devices are modelled.
public struct EmulatedBoard: Sendable {
  /// Microkit's name for the board.
  public var name: String
  /// The generic timer's frequency in hertz.
  var counterFrequency: UInt64
  /// Whether seL4 lets programs use the physical timer (CONFIG_EXPORT_PTMR_USER).
  var exportsTimer: Bool
  var timerInterrupt: IRQNumber
  /// Physical addresses of RAM; regions elsewhere are devices.
  var memory: Range<UInt64>
  /// Where regions start to be placed that need a physical address but are not given one.
  var freeMemory: UInt64
  var models: [Model]

  enum Kind: Sendable {
    case pl011
    case mesonUART
    case mesonTimer
    /// A page of eight virtio slots; its interrupt is that of the first slot.
    case virtio
    case designWareMAC
    case mesonEntropy
    case mesonClocks
  }

  struct Model: Sendable {
    var kind: Kind
    /// Physical address of the first page of its registers.
    var address: UInt64
    var interrupt: IRQNumber?
  }

  /// All boards that can be emulated.
  public static let all = [qemuVirtAArch64, odroidC4]

  /// QEMU 7.2's "virt" machine (hw/arm/virt.c).
  public static let qemuVirtAArch64 = EmulatedBoard(
    name: "qemu_virt_aarch64", counterFrequency: 62_500_000, exportsTimer: true,
    timerInterrupt: 30, memory: 0x4000_0000..<0xc000_0000, freeMemory: 0x8000_0000,
    models: [Model(kind: .pl011, address: 0x0900_0000, interrupt: 33)]
      + (0..<4).map {
        Model(
          kind: .virtio, address: 0x0a00_0000 + $0 << 12, interrupt: IRQNumber(48 + UInt32($0) * 8))
      })

  /// The interrupt of virtio slot 8, which has the entropy device.
  static let entropyInterrupt: IRQNumber = 56

  /// Hardkernel Odroid-C4 (Amlogic S905X3 datasheet).
  public static let odroidC4 = EmulatedBoard(
    name: "odroidc4", counterFrequency: 24_000_000, exportsTimer: false,
    timerInterrupt: 30, memory: 0..<0xf580_0000, freeMemory: 0x8000_0000,
    models: [
      Model(kind: .mesonUART, address: 0xff80_3000, interrupt: 225),
      Model(kind: .mesonTimer, address: 0xffd0_f000, interrupt: 42),
      Model(kind: .designWareMAC, address: 0xff3f_0000, interrupt: 40),
      Model(kind: .mesonEntropy, address: 0xff63_0000),
      Model(kind: .mesonClocks, address: 0xff63_c000),
    ])

  /// The board with a device at the physical address of one of the system's regions; otherwise QEMU's.
  public static func matching(_ system: SystemDescription) -> EmulatedBoard {
    let addresses = Set(system.memoryRegions.compactMap { $0.physicalAddress?.rawValue })
    return all.first { board in board.models.contains { addresses.contains($0.address) } }
      ?? qemuVirtAArch64
  }
}
