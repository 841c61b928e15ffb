// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers

/// The registers of the Meson UART (Amlogic S905X3 datasheet, UART).
enum MesonUARTRegisters {
  static var transmitFIFO: WriteOnly<Byte> { .init(at: 0x00) }
  static var receiveFIFO: ReadOnly<Byte> { .init(at: 0x04) }
  static var control: ReadWrite<Control> { .init(at: 0x08) }
  static var status: ReadOnly<Status> { .init(at: 0x0c) }
  static var interruptLevels: ReadWrite<Levels> { .init(at: 0x10) }
  static var baud: WriteOnly<Baud> { .init(at: 0x14) }

  struct Byte: RegisterView {
    var bits: UInt32
  }

  struct Control: RegisterView {
    var bits: UInt32
    static var transmit: Bits<Self> { .init(12) }
    static var receive: Bits<Self> { .init(13) }
    /// 0 is one stop bit.
    static var stopBits: Bits<Self> { .init(16, 17) }
    static var parity: Bits<Self> { .init(18, 19) }
    /// 0 is 8 bits.
    static var wordLength: Bits<Self> { .init(20, 21) }
    static var resetTransmit: Bits<Self> { .init(22) }
    static var resetReceive: Bits<Self> { .init(23) }
    static var clearErrors: Bits<Self> { .init(24) }
    static var receiveInterrupt: Bits<Self> { .init(27) }
    static var transmitInterrupt: Bits<Self> { .init(28) }
  }

  struct Status: RegisterView {
    var bits: UInt32
    static var parityError: Bits<Self> { .init(16) }
    static var framingError: Bits<Self> { .init(17) }
    static var transmitOverrun: Bits<Self> { .init(18) }
    static var receiveEmpty: Bits<Self> { .init(20) }
    static var transmitFull: Bits<Self> { .init(21) }
    static var busy: Bits<Self> { .init(25, 26) }
  }

  struct Levels: RegisterView {
    var bits: UInt32
    /// Interrupt when this many bytes have been received.
    static var receive: Bits<Self> { .init(0, 7) }
    /// Interrupt when fewer than this many bytes are left to send.
    static var transmit: Bits<Self> { .init(8, 15) }
  }

  struct Baud: RegisterView {
    var bits: UInt32
    /// Clock ticks per bit, minus one.
    static var divisor: Bits<Self> { .init(0, 22) }
    static var use: Bits<Self> { .init(23) }
    static var crystal: Bits<Self> { .init(24) }
    static var crystalHalved: Bits<Self> { .init(27) }
  }
}
