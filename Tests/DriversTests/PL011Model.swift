// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TargetTestSupport

/// A model of the PL011 as the driver sees it: FIFOs of 16 bytes, flags, the mask, and the receive
/// interrupts by level. The transmit interrupt is latched when the FIFO falls to 2 bytes, and
/// cleared by ICR (DDI 0183, 3.4).
final class PL011Model {
  let bus = FakeBus()
  var arriving: [UInt32] = []
  var transmitFIFO: [UInt8] = []
  private(set) var sent: [UInt8] = []
  private(set) var mask: UInt32 = 0
  private var transmitLatch = false
  private(set) var lost = 0

  init() {
    bus.onWrite = { [unowned self] offset, bits in
      switch offset {
      case 0x00:
        if transmitFIFO.count == 16 { lost += 1 } else { transmitFIFO.append(UInt8(bits)) }
      case 0x38: mask = bits
      case 0x44: if bits & 0x20 != 0 { transmitLatch = false }
      default: break
      }
    }
    bus.onRead = { [unowned self] offset in
      switch offset {
      case 0x00: arriving.isEmpty ? 0 : arriving.removeFirst()
      case 0x18: (arriving.isEmpty ? 0x10 : 0) | (transmitFIFO.count == 16 ? 0x20 : 0)
      case 0x40: pending
      default: nil
      }
    }
  }

  /// Interrupts that are pending and enabled.
  var pending: UInt32 {
    ((arriving.isEmpty ? 0 : 0x10) | (transmitLatch ? 0x20 : 0)) & mask
  }

  /// Sends bytes from the FIFO to the line.
  func shiftOut(_ count: Int) {
    for _ in 0..<min(count, transmitFIFO.count) {
      sent.append(transmitFIFO.removeFirst())
      if transmitFIFO.count == 2 { transmitLatch = true }
    }
  }
}
