// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import NetworkComponents
import Registers

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
    self.memory = memory
    self.ioAddress = ioAddress
    receiveQueue = VirtQueue(
      memory, at: 0, size: 0, writable: true, headerByteCount: 0, header: 0, headerStride: 0)
    transmitQueue = receiveQueue
  }

  /// Resets the device, negotiates features and installs both queues.
  public mutating func start() throws(EthernetDeviceFault) {
    guard bus.read(Map.magic).bits == 0x7472_6976, bus.read(Map.version).bits == 2,
      bus.read(Map.deviceID).bits == 1
    else { throw .absent }

    // The order of 3.1.1: reset, ACKNOWLEDGE, DRIVER, features, FEATURES_OK, queues, DRIVER_OK. The device may
    // neither use the queues nor be notified before DRIVER_OK.
    var status = Map.Status(bits: 0)
    bus.write(status, to: Map.status)
    status = status.with(Map.Status.acknowledge, true)
    bus.write(status, to: Map.status)
    status = status.with(Map.Status.driver, true)
    bus.write(status, to: Map.status)

    let offered = UInt64(deviceFeatures(0)) | UInt64(deviceFeatures(1)) << 32
    features = offered & (VirtioFeature.mac | VirtioFeature.status | VirtioFeature.version1)
    guard features & VirtioFeature.version1 != 0 else { throw fail(status) }
    setFeatures(0, UInt32(truncatingIfNeeded: features))
    setFeatures(1, UInt32(truncatingIfNeeded: features >> 32))
    status = status.with(Map.Status.featuresOK, true)
    bus.write(status, to: Map.status)
    guard bus.read(Map.status).has(Map.Status.featuresOK) else { throw fail(status) }

    try layOut(status)
    bus.write(status.with(Map.Status.driverOK, true), to: Map.status)
  }

  private mutating func layOut(_ status: VirtioRegisters.Status) throws(EthernetDeviceFault) {
    let (receive, transmit) = (queueSize(0), queueSize(1))
    let transmitBase = VirtQueue<Memory>.byteCount(receive)
    let headers = transmitBase &+ VirtQueue<Memory>.byteCount(transmit)
    let end = headers &+ 16 &* (receive / 2 &+ 1)
    guard receive >= 2, transmit >= 2 else { throw fail(status) }
    guard end <= memory.byteCount else {
      _ = fail(status)
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

  private func deviceFeatures(_ word: UInt32) -> UInt32 {
    bus.write(Map.Word(bits: word), to: Map.deviceFeaturesSelect)
    return bus.read(Map.deviceFeatures).bits
  }

  private func setFeatures(_ word: UInt32, _ bits: UInt32) {
    bus.write(Map.Word(bits: word), to: Map.driverFeaturesSelect)
    bus.write(Map.Word(bits: bits), to: Map.driverFeatures)
  }

  /// The largest size, a power of two, that both the device and we support; 0 if the device has no such queue.
  private func queueSize(_ queue: UInt32) -> Int {
    bus.write(Map.Word(bits: queue), to: Map.queueSelect)
    let limit = min(Int(bus.read(Map.queueSizeMax).bits), Self.sizeLimit)
    var size = 1
    while size &* 2 <= limit { size &*= 2 }
    return limit < 2 ? 0 : size
  }

  private func install(_ queue: VirtQueue<Memory>, _ number: UInt32) {
    bus.write(Map.Word(bits: number), to: Map.queueSelect)
    bus.write(Map.Word(bits: UInt32(truncatingIfNeeded: queue.size)), to: Map.queueSize)
    setAddress(Map.queueDescriptors, queue.descriptorsOffset)
    setAddress(Map.queueDriver, queue.availableOffset)
    setAddress(Map.queueDevice, queue.usedOffset)
    bus.write(Map.Word(bits: 1), to: Map.queueReady)
  }

  private func setAddress(_ register: WriteOnly<VirtioRegisters.Word>, _ offset: Int) {
    let address = ioAddress &+ UInt64(truncatingIfNeeded: offset)
    bus.write(Map.Word(bits: UInt32(truncatingIfNeeded: address)), to: register)
    bus.write(Map.Word(bits: UInt32(truncatingIfNeeded: address >> 32)), to: Map.upper(register))
  }

  private func fail(_ status: VirtioRegisters.Status) -> EthernetDeviceFault {
    bus.write(status.with(Map.Status.failed, true), to: Map.status)
    return .unusable
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
      if receiveQueue.wantsNotification { bus.write(Map.Word(bits: 0), to: Map.queueNotify) }
    }
    if transmitQueue.hasNews {
      transmitQueue.publish()
      if transmitQueue.wantsNotification { bus.write(Map.Word(bits: 1), to: Map.queueNotify) }
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
    let (low, high) = (bus.read(Map.configMAC).bits, bus.read(Map.configMACAndStatus).bits)
    return UInt64(low) | UInt64(high & 0xffff) << 32
  }

  /// The status field's link bit; true without VIRTIO_NET_F_STATUS (5.1.4.2).
  public var isLinkUp: Bool {
    guard features & VirtioFeature.status != 0 else { return true }
    return bus.read(Map.configMACAndStatus).bits >> 16 & 1 != 0
  }
}
