// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The lists of normal descriptors in memory: four words each, in a ring or a chain.
extension DesignWareMACModel {
  struct Descriptor {
    /// Its host address.
    var pointer: UnsafeMutableRawPointer
    /// TDES0 or RDES0.
    var status: UInt32
    /// TDES1 or RDES1.
    var control: UInt32
    /// Physical address of the first buffer.
    var buffer: UInt64
    /// Physical address of the second buffer or, in a chain, of the next descriptor.
    var second: UInt64

    /// Whether it belongs to the device.
    var isOwned: Bool { status & own != 0 }
    var isChained: Bool { control & 1 << 24 != 0 }
    /// Bytes of the first buffer.
    var size: Int { Int(control & 0x7ff) }
    /// Bytes of the second buffer.
    var secondSize: Int { isChained ? 0 : Int(control >> 11 & 0x7ff) }
  }

  /// Some of `count` bytes at a physical address are not in a DMA region.
  struct BusError: Error {
    var address: UInt64
    var count: Int
  }

  func pointer(
    _ address: UInt64, _ count: Int
  ) throws(BusError) -> UnsafeMutableRawPointer {
    guard let pointer = memory().pointer(to: address, count: count) else {
      throw BusError(address: address, count: count)
    }
    return pointer
  }

  func descriptor(at address: UInt64) throws(BusError) -> Descriptor {
    let pointer = try pointer(address, 16)
    func word(_ index: Int) -> UInt32 {
      UInt32(littleEndian: pointer.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
    }
    return Descriptor(
      pointer: pointer, status: word(0), control: word(1), buffer: UInt64(word(2)),
      second: UInt64(word(3)))
  }

  func advance(_ ring: inout Ring, past descriptor: Descriptor) {
    // Bit 25: end of ring.
    if descriptor.control & 1 << 25 != 0 {
      ring.current = ring.base
    } else if descriptor.isChained {
      ring.current = descriptor.second
    } else {
      // DSL: words to skip between descriptors.
      ring.current += 16 + (busMode >> 2 & 31) * 4
    }
  }

  /// Writes the status. Its clear ownership bit returns the descriptor to the driver.
  func returnToDriver(_ descriptor: Descriptor, status: UInt32) {
    descriptor.pointer.storeBytes(of: status.littleEndian, as: UInt32.self)
  }

  /// A descriptor or buffer is not in memory: the DMA stops until it is reset.
  func fail(_ error: BusError) {
    report(
      "dwmac stops: \(error.count) bytes at physical address \(hex(error.address)) "
        + "are not in a DMA region")
    isStopped = true
    operationMode &= ~(OperationMode.startTransmit | OperationMode.startReceive)
    raise(Status.busError | Status.abnormal)
  }
}
