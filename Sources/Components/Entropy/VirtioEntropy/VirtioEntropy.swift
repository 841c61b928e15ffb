// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import EntropyComponents
import Registers
import VirtioTransport

/// A virtio entropy device over MMIO with the modern interface (Virtual I/O Device 1.2, 5.4).
///
/// One buffer is always on its way: the bytes of one request are those that the device delivered since the one before.
/// There is no interrupt, because no request waits.
public struct VirtioEntropy<Bus: RegisterBus, Memory: DMAMemory>: EntropyDevice {
  /// The host promises full entropy; half of it counts.
  public static var bitsPerByte: Int { 4 }
  /// Size in bytes of the registers that the driver uses.
  public static var registersByteCount: Int { 0x100 }

  // Offsets in the memory: a table of two descriptors, of which one is used; the available ring; the used ring, whose
  // elements are aligned to 8; the buffer.
  private static var available: Int { 0x20 }
  private static var used: Int { 0x3c }
  private static var buffer: Int { 0x80 }
  private static var memoryByteCount: Int { 0xc0 }
  private static var bufferByteCount: Int { EntropyBlock.capacity }

  private var transport: VirtioTransport<Bus>
  private let memory: Memory
  private let ioAddress: UInt64
  /// Buffers given to the device so far, and returned by it.
  private var given: UInt16 = 0
  private var taken: UInt16 = 0

  /// - Parameters:
  ///   - memory: memory for the queue and the buffer.
  ///   - ioAddress: bus address of its first byte.
  public init(_ bus: Bus, memory: Memory, ioAddress: UInt64) {
    transport = VirtioTransport(bus)
    self.memory = memory
    self.ioAddress = ioAddress
  }

  /// Resets the device, installs its queue and requests the first bytes.
  public mutating func start() throws(EntropyDeviceFault) {
    do throws(VirtioFault) {
      _ = try transport.start(deviceID: 4, features: 0)
      guard transport.queueSize(0, limit: 2) == 2, memory.byteCount >= Self.memoryByteCount else {
        throw transport.fail()
      }
    } catch {
      throw error == .absent ? .absent : .unusable
    }
    layOut()
    transport.install(
      0, size: 2, descriptors: ioAddress, driver: ioAddress &+ UInt64(Self.available),
      device: ioAddress &+ UInt64(Self.used))
    transport.finish()
    request()
  }

  private mutating func layOut() {
    // Flags and indices may be those of an earlier run. VIRTQ_AVAIL_F_NO_INTERRUPT: we never wait.
    memory.store32(1, at: Self.available)
    memory.store32(0, at: Self.used)
    (given, taken) = (0, 0)
    // One descriptor of a buffer that the device writes (VIRTQ_DESC_F_WRITE); both ring entries refer to it.
    memory.store64(ioAddress &+ UInt64(Self.buffer), at: 0)
    memory.store64(UInt64(Self.bufferByteCount) | 2 << 32, at: 8)
    memory.store32(0, at: Self.available &+ 4)
    // The rings must be in place before QueueReady lets the device read them (4.2.3.2).
    memory.orderStores()
  }

  /// Gives the device the buffer, filled with zeros: a device that returns it unwritten fails the health tests.
  private mutating func request() {
    clearBuffer()
    given &+= 1
    // The buffer and its descriptor before the index that publishes them (2.7.13.3).
    memory.orderStores()
    memory.store16(given, at: Self.available &+ 2)
    memory.orderAll()
    transport.notify(0)
  }

  private func clearBuffer() {
    for word in 0..<Self.bufferByteCount / 8 { memory.store64(0, at: Self.buffer &+ 8 &* word) }
  }

  /// Takes the buffer if the device has returned it, and gives it back at once.
  public mutating func take(_ block: inout EntropyBlock) -> Bool {
    block.clear()
    guard memory.load16(at: Self.used &+ 2) != taken else { return false }
    // The element and the bytes after the index that covers them (2.7.14).
    memory.orderLoads()
    // The device is not trusted: it has one buffer, so one more is used, whatever its index says.
    let element = Self.used &+ 4 &+ 8 &* Int(taken & 1)
    let written = Int(memory.load32(at: element &+ 4))
    taken = given
    for word in 0..<min(written, Self.bufferByteCount) / 4 {
      block.append(memory.load32(at: Self.buffer &+ 4 &* word))
    }
    request()
    return block.count > 0
  }
}
