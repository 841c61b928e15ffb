// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers

/// The registers of the Odroid-C4's Synopsys DesignWare MAC 10/100/1000 Universal that the driver uses (Amlogic
/// S905X3 datasheet, Ethernet MAC): the MAC's from 0, the DMA's from 0x1000.
enum MACRegisters {
  static var configuration: ReadWrite<Configuration> { .init(at: 0x00) }
  static var frameFilter: ReadWrite<FrameFilter> { .init(at: 0x04) }
  /// Starts a cycle on the PHY's management interface; the next register has the data (IEEE 802.3, 22.2.4).
  static var managementAddress: ReadWrite<Management> { .init(at: 0x10) }
  static var managementData: ReadWrite<Word> { .init(at: 0x14) }
  static var interruptMask: ReadWrite<MACInterrupts> { .init(at: 0x3c) }
  static var addressHigh: ReadWrite<Word> { .init(at: 0x40) }
  static var addressLow: ReadWrite<Word> { .init(at: 0x44) }

  /// The link's in-band status from the PHY. Reading it clears the link interrupt.
  static var linkStatus: ReadOnly<LinkStatus> { .init(at: 0xd8) }

  static var busMode: ReadWrite<BusMode> { .init(at: 0x1000) }
  static var transmitPoll: WriteOnly<Word> { .init(at: 0x1004) }
  static var receivePoll: WriteOnly<Word> { .init(at: 0x1008) }
  static var receiveList: WriteOnly<Word> { .init(at: 0x100c) }
  static var transmitList: WriteOnly<Word> { .init(at: 0x1010) }
  /// Writing ones clears events.
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
    /// Verify checksums of received frames.
    static var checksums: Bits<Self> { .init(10) }
    static var fullDuplex: Bits<Self> { .init(11) }
    /// 0 is 1000 Mbit/s, 2 is 10, 3 is 100.
    static var speed: Bits<Self> { .init(14, 15) }
  }

  struct Management: RegisterView {
    var bits: UInt32
    static var busy: Bits<Self> { .init(0) }
    /// Range of the clock from which the interface's is divided; 4 is 150 to 250 MHz.
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
    /// Multiply the burst lengths by eight.
    static var timesEight: Bits<Self> { .init(24) }
  }

  struct Interrupts: RegisterView {
    var bits: UInt32
    static var transmit: Bits<Self> { .init(0) }
    static var receive: Bits<Self> { .init(6) }
    static var busError: Bits<Self> { .init(13) }
    static var abnormal: Bits<Self> { .init(15) }
    static var normal: Bits<Self> { .init(16) }
    /// An interrupt of the MAC, which cannot be cleared here.
    static var line: Bits<Self> { .init(26) }
    /// All events of the DMA; the bits above hold the states of its processes.
    static var events: Bits<Self> { .init(0, 16) }
  }

  struct OperationMode: RegisterView {
    var bits: UInt32
    static var startReceive: Bits<Self> { .init(1) }
    /// Fetch a second frame while the first is being sent.
    static var secondFrame: Bits<Self> { .init(2) }
    static var startTransmit: Bits<Self> { .init(13) }
    static var flushTransmit: Bits<Self> { .init(20) }
    static var storeAndForwardTransmit: Bits<Self> { .init(21) }
    static var storeAndForwardReceive: Bits<Self> { .init(25) }
  }
}

/// A descriptor has four words: status, control, address, and one that rings do not use.
enum MACDescriptor {
  static var byteCount: Int { 16 }

  /// In both statuses: the device owns the descriptor.
  static var owned: UInt32 { 1 << 31 }
  /// In both controls: the last descriptor of the ring.
  static var transmitEnd: UInt32 { 1 << 25 }
  static var receiveEnd: UInt32 { 1 << 25 }

  // In a receive status: any error, the frame did not fit, first part and last part of a frame.
  private static var error: UInt32 { 1 << 15 }
  private static var truncated: UInt32 { 1 << 14 }
  private static var first: UInt32 { 1 << 9 }
  private static var last: UInt32 { 1 << 8 }

  /// Whether a receive status reports a whole frame in one buffer, without errors. A frame longer than a buffer
  /// continues in the next one: each part is first, last or neither, and the last one's length is that of the frame.
  static func isWholeFrame(_ status: UInt32) -> Bool {
    status & (error | truncated | first | last) == first | last
  }
  /// In a receive status: length of the frame so far, check sequence included.
  static func length(_ status: UInt32) -> Int { Int(status >> 16 & 0x3fff) }

  /// In a transmit control: interrupt when sent, first and last part of a frame, insert all checksums.
  static var wholeFrame: UInt32 { 1 << 31 | 1 << 30 | 1 << 29 | 3 << 27 }
}
