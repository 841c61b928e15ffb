// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers

/// The registers of a virtio device over MMIO that drivers use (Virtual I/O Device 1.2, 4.2.2).
package enum VirtioRegisters {
  package static var magic: ReadOnly<Word> { .init(at: 0x000) }
  package static var version: ReadOnly<Word> { .init(at: 0x004) }
  package static var deviceID: ReadOnly<Word> { .init(at: 0x008) }
  package static var deviceFeatures: ReadOnly<Word> { .init(at: 0x010) }
  package static var deviceFeaturesSelect: WriteOnly<Word> { .init(at: 0x014) }
  package static var driverFeatures: WriteOnly<Word> { .init(at: 0x020) }
  package static var driverFeaturesSelect: WriteOnly<Word> { .init(at: 0x024) }
  package static var queueSelect: WriteOnly<Word> { .init(at: 0x030) }
  package static var queueSizeMax: ReadOnly<Word> { .init(at: 0x034) }
  package static var queueSize: WriteOnly<Word> { .init(at: 0x038) }
  package static var queueReady: ReadWrite<Word> { .init(at: 0x044) }
  package static var queueNotify: WriteOnly<Word> { .init(at: 0x050) }
  package static var interruptStatus: ReadOnly<Interrupts> { .init(at: 0x060) }
  package static var interruptAcknowledge: WriteOnly<Interrupts> { .init(at: 0x064) }
  package static var status: ReadWrite<Status> { .init(at: 0x070) }
  package static var queueDescriptors: WriteOnly<Word> { .init(at: 0x080) }
  package static var queueDriver: WriteOnly<Word> { .init(at: 0x090) }
  package static var queueDevice: WriteOnly<Word> { .init(at: 0x0a0) }
  /// The register with the upper half of a queue address, which follows the one with the lower half.
  package static func upper(_ register: WriteOnly<Word>) -> WriteOnly<Word> {
    .init(at: register.offset &+ 4)
  }

  package struct Word: RegisterView {
    package var bits: UInt32
    package init(bits: UInt32) { self.bits = bits }
  }

  package struct Interrupts: RegisterView {
    package var bits: UInt32
    package init(bits: UInt32) { self.bits = bits }
    package static var usedBuffer: Bits<Self> { .init(0) }
    package static var configuration: Bits<Self> { .init(1) }
  }

  package struct Status: RegisterView {
    package var bits: UInt32
    package init(bits: UInt32) { self.bits = bits }
    package static var acknowledge: Bits<Self> { .init(0) }
    package static var driver: Bits<Self> { .init(1) }
    package static var driverOK: Bits<Self> { .init(2) }
    package static var featuresOK: Bits<Self> { .init(3) }
    /// The device has met an error from which it cannot recover (2.1.2).
    package static var needsReset: Bits<Self> { .init(6) }
    package static var failed: Bits<Self> { .init(7) }
  }
}
