// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers

/// The registers of a virtio device over MMIO that a network driver uses (Virtual I/O Device 1.2, 4.2.2).
enum VirtioRegisters {
  static var magic: ReadOnly<Word> { .init(at: 0x000) }
  static var version: ReadOnly<Word> { .init(at: 0x004) }
  static var deviceID: ReadOnly<Word> { .init(at: 0x008) }
  static var deviceFeatures: ReadOnly<Word> { .init(at: 0x010) }
  static var deviceFeaturesSelect: WriteOnly<Word> { .init(at: 0x014) }
  static var driverFeatures: WriteOnly<Word> { .init(at: 0x020) }
  static var driverFeaturesSelect: WriteOnly<Word> { .init(at: 0x024) }
  static var queueSelect: WriteOnly<Word> { .init(at: 0x030) }
  static var queueSizeMax: ReadOnly<Word> { .init(at: 0x034) }
  static var queueSize: WriteOnly<Word> { .init(at: 0x038) }
  static var queueReady: ReadWrite<Word> { .init(at: 0x044) }
  static var queueNotify: WriteOnly<Word> { .init(at: 0x050) }
  static var interruptStatus: ReadOnly<Interrupts> { .init(at: 0x060) }
  static var interruptAcknowledge: WriteOnly<Interrupts> { .init(at: 0x064) }
  static var status: ReadWrite<Status> { .init(at: 0x070) }
  static var queueDescriptors: WriteOnly<Word> { .init(at: 0x080) }
  static var queueDriver: WriteOnly<Word> { .init(at: 0x090) }
  static var queueDevice: WriteOnly<Word> { .init(at: 0x0a0) }
  /// The register with the upper half of a queue address, which follows the one with the lower half.
  static func upper(_ register: WriteOnly<Word>) -> WriteOnly<Word> {
    .init(at: register.offset &+ 4)
  }
  /// MAC address, bytes 0 to 3 (5.1.4).
  static var configMAC: ReadOnly<Word> { .init(at: 0x100) }
  /// MAC address, bytes 4 and 5, in the lower half; the link's status in the upper half.
  static var configMACAndStatus: ReadOnly<Word> { .init(at: 0x104) }

  struct Word: RegisterView {
    var bits: UInt32
    init(bits: UInt32) { self.bits = bits }
  }

  struct Interrupts: RegisterView {
    var bits: UInt32
    static var usedBuffer: Bits<Self> { .init(0) }
    static var configuration: Bits<Self> { .init(1) }
  }

  struct Status: RegisterView {
    var bits: UInt32
    static var acknowledge: Bits<Self> { .init(0) }
    static var driver: Bits<Self> { .init(1) }
    static var driverOK: Bits<Self> { .init(2) }
    static var featuresOK: Bits<Self> { .init(3) }
    /// The device has met an error from which it cannot recover (2.1.2).
    static var needsReset: Bits<Self> { .init(6) }
    static var failed: Bits<Self> { .init(7) }
  }
}

/// Masks of feature bits (5.1.3 and 6).
enum VirtioFeature {
  static var mac: UInt64 { 1 << 5 }
  static var status: UInt64 { 1 << 16 }
  static var version1: UInt64 { 1 << 32 }
}
