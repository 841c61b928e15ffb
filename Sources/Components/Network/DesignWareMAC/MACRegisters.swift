// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers

/// The registers of Synopsys's DesignWare MAC 10/100/1000 Universal as the Odroid-C4 has it (Amlogic S905X3
/// datasheet, Ethernet MAC), as far as the driver uses them: the MAC's from 0, the DMA's from 0x1000.
enum MACRegisters {
  static var configuration: ReadWrite<Configuration> { .init(at: 0x00) }
  static var frameFilter: ReadWrite<FrameFilter> { .init(at: 0x04) }
  /// A cycle on the PHY's management interface, and its data (IEEE 802.3, 22.2.4).
  static var managementAddress: ReadWrite<Management> { .init(at: 0x10) }
  static var managementData: ReadWrite<Word> { .init(at: 0x14) }
  static var interruptMask: ReadWrite<MACInterrupts> { .init(at: 0x3c) }
  static var addressHigh: ReadWrite<Word> { .init(at: 0x40) }
  static var addressLow: ReadWrite<Word> { .init(at: 0x44) }

  /// What the PHY says of the link beside the frames; reading it takes back the interrupt.
  static var linkStatus: ReadOnly<LinkStatus> { .init(at: 0xd8) }

  static var busMode: ReadWrite<BusMode> { .init(at: 0x1000) }
  static var transmitPoll: WriteOnly<Word> { .init(at: 0x1004) }
  static var receivePoll: WriteOnly<Word> { .init(at: 0x1008) }
  static var receiveList: WriteOnly<Word> { .init(at: 0x100c) }
  static var transmitList: WriteOnly<Word> { .init(at: 0x1010) }
  /// Written ones clear.
  static var status: ReadWrite<Interrupts> { .init(at: 0x1014) }
  static var operationMode: ReadWrite<OperationMode> { .init(at: 0x1018) }
  static var interruptEnable: WriteOnly<Interrupts> { .init(at: 0x101c) }

  struct Word: RegisterView {
    var bits: UInt32
  }

  struct Configuration: RegisterView {
    var bits: UInt32
    static var receive: Bits<Self> { .init(2) }
    static var transmit: Bits<Self> { .init(3) }
    /// Checksums of what is received are verified.
    static var checksums: Bits<Self> { .init(10) }
    static var fullDuplex: Bits<Self> { .init(11) }
    /// 0 is 1000 Mbit/s, 2 is 10, 3 is 100.
    static var speed: Bits<Self> { .init(14, 15) }
  }

  struct Management: RegisterView {
    var bits: UInt32
    static var busy: Bits<Self> { .init(0) }
    /// Of the clock that the interface's is divided from; 4 is 150 to 250 MHz.
    static var clockRange: Bits<Self> { .init(2, 5) }
    static var register: Bits<Self> { .init(6, 10) }
    static var phy: Bits<Self> { .init(11, 15) }
  }

  struct LinkStatus: RegisterView {
    var bits: UInt32
    /// 0 is 10 Mbit/s, 1 is 100, 2 is 1000.
    static var speed: Bits<Self> { .init(1, 2) }
    static var isUp: Bits<Self> { .init(3) }
  }

  struct MACInterrupts: RegisterView {
    var bits: UInt32
    static var link: Bits<Self> { .init(0) }
    static var others: Bits<Self> { .init(1, 3) }
  }

  struct FrameFilter: RegisterView {
    var bits: UInt32
    static var promiscuous: Bits<Self> { .init(0) }
  }

  struct BusMode: RegisterView {
    var bits: UInt32
    static var reset: Bits<Self> { .init(0) }
    static var transmitBurst: Bits<Self> { .init(8, 13) }
    static var receiveBurst: Bits<Self> { .init(17, 22) }
    static var separateBursts: Bits<Self> { .init(23) }
    /// Bursts are eight times as long as they say.
    static var timesEight: Bits<Self> { .init(24) }
  }

  struct Interrupts: RegisterView {
    var bits: UInt32
    static var transmit: Bits<Self> { .init(0) }
    static var receive: Bits<Self> { .init(6) }
    static var busError: Bits<Self> { .init(13) }
    static var abnormal: Bits<Self> { .init(15) }
    static var normal: Bits<Self> { .init(16) }
    /// The MAC's own; not to be cleared here.
    static var line: Bits<Self> { .init(26) }
    /// All others that are events; above are the states of the processes.
    static var events: Bits<Self> { .init(0, 16) }
  }

  struct OperationMode: RegisterView {
    var bits: UInt32
    static var startReceive: Bits<Self> { .init(1) }
    /// A second frame is fetched while the first one is sent.
    static var secondFrame: Bits<Self> { .init(2) }
    static var startTransmit: Bits<Self> { .init(13) }
    static var flushTransmit: Bits<Self> { .init(20) }
    static var storeAndForwardTransmit: Bits<Self> { .init(21) }
    static var storeAndForwardReceive: Bits<Self> { .init(25) }
  }
}

/// A descriptor: four words, status, control, address and one that is not used in a ring.
enum MACDescriptor {
  static var byteCount: Int { 16 }

  /// In the status of both: the device has it.
  static var owned: UInt32 { 1 << 31 }
  /// In the control of both: the ring begins anew behind it.
  static var transmitEnd: UInt32 { 1 << 25 }
  static var receiveEnd: UInt32 { 1 << 25 }

  // In a receive status: anything wrong with the frame, the frame did not fit, and its first and last part.
  private static var error: UInt32 { 1 << 15 }
  private static var truncated: UInt32 { 1 << 14 }
  private static var first: UInt32 { 1 << 9 }
  private static var last: UInt32 { 1 << 8 }

  /// Whether a receive status is that of a whole frame in one buffer, and nothing is wrong with it. A frame
  /// that is longer than a buffer goes on in the next one: its parts are first or last, or neither, and the
  /// length in the last is that of all.
  static func isWholeFrame(_ status: UInt32) -> Bool {
    status & (error | truncated | first | last) == first | last
  }
  /// In a receive status: bytes of the frame so far, with its check sequence.
  static func length(_ status: UInt32) -> Int { Int(status >> 16 & 0x3fff) }

  /// In a transmit control: interrupt, last and first part of a frame, and have all checksums inserted.
  static var wholeFrame: UInt32 { 1 << 31 | 1 << 30 | 1 << 29 | 3 << 27 }
}
