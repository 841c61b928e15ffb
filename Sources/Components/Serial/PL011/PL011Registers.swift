// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers

/// The registers of Arm's PrimeCell UART (DDI 0183, section 3.2) that the driver uses.
enum PL011Registers {
  static var data: Register<Received, Sent> { .init(at: 0x00) }
  static var flags: ReadOnly<Flags> { .init(at: 0x18) }
  static var integerDivisor: WriteOnly<Number> { .init(at: 0x24) }
  static var fractionalDivisor: WriteOnly<Number> { .init(at: 0x28) }
  static var lineControl: WriteOnly<LineControl> { .init(at: 0x2c) }
  static var control: WriteOnly<Control> { .init(at: 0x30) }
  static var fifoLevels: WriteOnly<Number> { .init(at: 0x34) }
  static var interruptMask: WriteOnly<Interrupts> { .init(at: 0x38) }
  static var maskedInterrupts: ReadOnly<Interrupts> { .init(at: 0x40) }
  static var interruptClear: WriteOnly<Interrupts> { .init(at: 0x44) }

  struct Received: RegisterView {
    var bits: UInt32
    static var byte: Bits<Self> { .init(0, 7) }
    static var framing: Bits<Self> { .init(8) }
    static var parity: Bits<Self> { .init(9) }
    static var lineBreak: Bits<Self> { .init(10) }
    static var overrun: Bits<Self> { .init(11) }
  }

  struct Sent: RegisterView {
    var bits: UInt32
  }

  struct Flags: RegisterView {
    var bits: UInt32
    static var busy: Bits<Self> { .init(3) }
    static var receiveEmpty: Bits<Self> { .init(4) }
    static var transmitFull: Bits<Self> { .init(5) }
  }

  struct Number: RegisterView {
    var bits: UInt32
  }

  struct LineControl: RegisterView {
    var bits: UInt32
    static var fifos: Bits<Self> { .init(4) }
    /// 3 means 8 bits.
    static var wordLength: Bits<Self> { .init(5, 6) }
  }

  struct Control: RegisterView {
    var bits: UInt32
    static var enable: Bits<Self> { .init(0) }
    static var transmit: Bits<Self> { .init(8) }
    static var receive: Bits<Self> { .init(9) }
  }

  struct Interrupts: RegisterView {
    var bits: UInt32
    static var receive: Bits<Self> { .init(4) }
    static var transmit: Bits<Self> { .init(5) }
    static var receiveTimeout: Bits<Self> { .init(6) }
    static var all: Bits<Self> { .init(0, 10) }
  }
}
