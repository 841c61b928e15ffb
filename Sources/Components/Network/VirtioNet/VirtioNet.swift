// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import NetworkComponents
import Registers
import VirtioTransport

/// A virtio network card over MMIO with the modern interface (Virtual I/O Device 1.2, 4.2 and 5.1): QEMU's virt
/// board with `virtio-mmio.force-legacy=false`.
///
/// One region of DMA memory holds the receive queue, the transmit queue, one transmit header and a receive header
/// for each pair of descriptors. All frames share the transmit header, which is zero because nothing is offloaded.
public struct VirtioNet<Bus: RegisterBus, Memory: DMAMemory>: EthernetDevice {
  private typealias Map = VirtioRegisters

  /// Size in bytes of the registers that the driver uses.
  public static var registersByteCount: Int { 0x108 }
  /// Size of a frame's header with VERSION_1 (5.1.6.1).
  private static var headerByteCount: Int { 12 }
  private static var sizeLimit: Int { 512 }

  private let bus: Bus
  private var transport: VirtioTransport<Bus>
  private let memory: Memory
  private let ioAddress: UInt64
  private var receiveQueue: VirtQueue<Memory>
  private var transmitQueue: VirtQueue<Memory>
  private var transmitInterrupt = false
  private var linkChanged = false
  private var features: UInt64 = 0
  private var needsReset = false

  /// - Parameters:
  ///   - memory: memory for rings and headers.
  ///   - ioAddress: bus address of its first byte.
  public init(_ bus: Bus, memory: Memory, ioAddress: UInt64) {
    self.bus = bus
    transport = VirtioTransport(bus)
    self.memory = memory
    self.ioAddress = ioAddress
    receiveQueue = VirtQueue(
      memory, at: 0, size: 0, writable: true, headerByteCount: 0, header: 0, headerStride: 0)
    transmitQueue = receiveQueue
  }

  /// Resets the device, negotiates features and installs both queues.
  public mutating func start() throws(EthernetDeviceFault) {
    do throws(VirtioFault) {
      features = try transport.start(
        deviceID: 1, features: VirtioFeature.mac | VirtioFeature.status)
    } catch {
      throw EthernetDeviceFault(error)
    }
    try layOut()
    transport.finish()
  }

  private mutating func layOut() throws(EthernetDeviceFault) {
    let receive = transport.queueSize(0, limit: Self.sizeLimit)
    let transmit = transport.queueSize(1, limit: Self.sizeLimit)
    let transmitBase = VirtQueue<Memory>.byteCount(receive)
    let headers = transmitBase &+ VirtQueue<Memory>.byteCount(transmit)
    let end = headers &+ 16 &* (receive / 2 &+ 1)
    guard receive >= 2, transmit >= 2 else { throw EthernetDeviceFault(transport.fail()) }
    guard end <= memory.byteCount else {
      _ = transport.fail()
      throw .ringMemory
    }
    // The transmit header first, then the receive headers.
    memory.store64(0, at: headers)
    memory.store64(0, at: headers &+ 8)
    let (count, address) = (Self.headerByteCount, ioAddress &+ UInt64(headers))
    receiveQueue = VirtQueue(
      memory, at: 0, size: receive, writable: true, headerByteCount: count,
      header: address &+ 16, headerStride: 16)
    transmitQueue = VirtQueue(
      memory, at: transmitBase, size: transmit, writable: false, headerByteCount: count,
      header: address, headerStride: 0)
    transmitQueue.setInterrupt(false)
    transmitInterrupt = false
    // The rings must be in place before QueueReady lets the device read them (4.2.3.2).
    memory.orderStores()
    install(receiveQueue, 0)
    install(transmitQueue, 1)
  }

  private func install(_ queue: VirtQueue<Memory>, _ number: UInt32) {
    func address(_ offset: Int) -> UInt64 { ioAddress &+ UInt64(truncatingIfNeeded: offset) }
    transport.install(
      number, size: queue.size, descriptors: address(queue.descriptorsOffset),
      driver: address(queue.availableOffset), device: address(queue.usedOffset))
  }

  // MARK: Work

  /// Any address, and lengths up to a buffer's size.
  public mutating func accepts(_ address: UInt64, length: Int) -> Bool {
    length <= NetBuffer.byteCount
  }

  /// Whether a pair of receive descriptors is free.
  public var hasReceiveRoom: Bool { mutating get { receiveQueue.hasRoom } }
  /// Adds an empty buffer; the device sees it after `kick`.
  public mutating func provide(_ address: UInt64) {
    receiveQueue.add(address, length: NetBuffer.byteCount)
  }
  /// The next received frame. An impossible length becomes 0, and the virtualiser returns the buffer.
  public mutating func received() -> (address: UInt64, length: Int)? {
    guard let (address, written) = receiveQueue.takeUsed() else { return nil }
    let length = written &- Self.headerByteCount
    return (address, 0...NetBuffer.byteCount ~= length ? length : 0)
  }

  /// Whether a pair of transmit descriptors is free.
  public var hasTransmitRoom: Bool { mutating get { transmitQueue.hasRoom } }
  /// Adds a frame; the device sees it after `kick`.
  public mutating func transmit(_ address: UInt64, length: Int) {
    transmitQueue.add(address, length: length)
  }
  /// The next buffer whose frame has been sent.
  public mutating func transmitted() -> UInt64? { transmitQueue.takeUsed()?.address }

  /// Publishes what was added, and notifies the device where it asks for it.
  public mutating func kick() {
    if receiveQueue.hasNews {
      receiveQueue.publish()
      if receiveQueue.wantsNotification { transport.notify(0) }
    }
    if transmitQueue.hasNews {
      transmitQueue.publish()
      if transmitQueue.wantsNotification { transport.notify(1) }
    }
  }

  /// Reads and acknowledges the causes of the interrupt.
  public mutating func takeInterrupts() -> Bool {
    let causes = bus.read(Map.interruptStatus)
    guard causes.bits != 0 else { return false }
    // Acknowledge before reading the rings: a buffer used after we read them raises the line again. The other way
    // round, its cause would be cleared and the buffer left unseen.
    bus.write(causes, to: Map.interruptAcknowledge)
    if causes.has(Map.Interrupts.configuration) {
      linkChanged = true
      needsReset = bus.read(Map.status).has(Map.Status.needsReset)
    }
    return causes.has(Map.Interrupts.usedBuffer)
  }

  /// Whether the device needs a reset (DEVICE_NEEDS_RESET, 2.1.2). From then on its rings cannot be trusted.
  public var hasFailed: Bool { mutating get { needsReset } }

  /// Whether a configuration change interrupt came since the last call.
  public mutating func takeLinkChange() -> Bool {
    defer { linkChanged = false }
    return linkChanged
  }

  /// Sets the transmit queue's interrupt flag, if it changes.
  public mutating func setTransmitInterrupt(_ on: Bool) {
    guard on != transmitInterrupt else { return }
    transmitInterrupt = on
    transmitQueue.setInterrupt(on)
  }

  /// The card's MAC address, with the first byte on the wire lowest; nil if it has none (no VIRTIO_NET_F_MAC).
  public var macAddress: UInt64? {
    guard features & VirtioFeature.mac != 0 else { return nil }
    let (low, high) = (bus.read(Config.mac).bits, bus.read(Config.macAndStatus).bits)
    return UInt64(low) | UInt64(high & 0xffff) << 32
  }

  /// The status field's link bit; true without VIRTIO_NET_F_STATUS (5.1.4.2).
  public var isLinkUp: Bool {
    guard features & VirtioFeature.status != 0 else { return true }
    return bus.read(Config.macAndStatus).bits >> 16 & 1 != 0
  }
}

extension EthernetDeviceFault {
  fileprivate init(_ fault: VirtioFault) { self = fault == .absent ? .absent : .unusable }
}

/// The card's configuration space (5.1.4).
private enum Config {
  /// MAC address, bytes 0 to 3.
  static var mac: ReadOnly<VirtioRegisters.Word> { .init(at: 0x100) }
  /// MAC address, bytes 4 and 5, in the lower half; the link's status in the upper half.
  static var macAndStatus: ReadOnly<VirtioRegisters.Word> { .init(at: 0x104) }
}

/// Masks of feature bits (5.1.3).
private enum VirtioFeature {
  static var mac: UInt64 { 1 << 5 }
  static var status: UInt64 { 1 << 16 }
}
