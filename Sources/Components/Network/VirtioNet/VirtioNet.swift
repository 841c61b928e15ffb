// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import NetworkComponents
import Registers

/// A virtio network card over MMIO, modern interface (Virtual I/O Device 1.2, 4.2 and 5.1), as QEMU's virt board
/// has it with `virtio-mmio.force-legacy=false`.
///
/// Rings and headers are in one region of DMA memory: receive queue, transmit queue, a receive header for each
/// pair of descriptors, and one transmit header of zeroes for all, since nothing is offloaded.
public struct VirtioNet<Bus: RegisterBus, Memory: DMAMemory>: EthernetDevice {
  private typealias Map = VirtioRegisters

  /// Bytes of registers that the driver reaches.
  public static var registersByteCount: Int { 0x108 }
  /// With VERSION_1 (5.1.6.1).
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
  ///   - memory: for rings and headers.
  ///   - ioAddress: its first byte's address as the device has it.
  public init(_ bus: Bus, memory: Memory, ioAddress: UInt64) {
    self.bus = bus
    self.memory = memory
    self.ioAddress = ioAddress
    receiveQueue = VirtQueue(
      memory, at: 0, size: 0, writable: true, headerByteCount: 0, header: 0, headerStride: 0)
    transmitQueue = receiveQueue
  }

  public mutating func start() throws(EthernetDeviceFault) {
    guard bus.read(Map.magic).bits == 0x7472_6976, bus.read(Map.version).bits == 2,
      bus.read(Map.deviceID).bits == 1
    else { throw .absent }

    // 3.1.1: reset, acknowledge, driver, features, queues, driver OK.
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
    // The transmit header, and then those for receive.
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

  /// The largest power of two that the device and we can do; 0 where there is no such queue.
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

  public mutating func accepts(_ address: UInt64, length: Int) -> Bool {
    length <= NetBuffer.byteCount
  }

  public var hasReceiveRoom: Bool { mutating get { receiveQueue.hasRoom } }
  public mutating func provide(_ address: UInt64) {
    receiveQueue.add(address, length: NetBuffer.byteCount)
  }
  /// A length that cannot be is 0: the virtualiser gives the buffer back.
  public mutating func received() -> (address: UInt64, length: Int)? {
    guard let (address, written) = receiveQueue.take() else { return nil }
    let length = written &- Self.headerByteCount
    return (address, 0...NetBuffer.byteCount ~= length ? length : 0)
  }

  public var hasTransmitRoom: Bool { mutating get { transmitQueue.hasRoom } }
  public mutating func transmit(_ address: UInt64, length: Int) {
    transmitQueue.add(address, length: length)
  }
  public mutating func transmitted() -> UInt64? { transmitQueue.take()?.address }

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

  public mutating func takeInterrupts() -> Bool {
    let causes = bus.read(Map.interruptStatus)
    guard causes.bits != 0 else { return false }
    // Before the rings are looked at: what comes later raises the line again.
    bus.write(causes, to: Map.interruptAcknowledge)
    if causes.has(Map.Interrupts.configuration) {
      linkChanged = true
      needsReset = bus.read(Map.status).has(Map.Status.needsReset)
    }
    return causes.has(Map.Interrupts.usedBuffer)
  }

  /// Whether the card has said that only a reset helps: what it says of its rings is wrong from then on.
  public var hasFailed: Bool { mutating get { needsReset } }

  public mutating func takeLinkChange() -> Bool {
    defer { linkChanged = false }
    return linkChanged
  }

  public mutating func setTransmitInterrupt(_ on: Bool) {
    guard on != transmitInterrupt else { return }
    transmitInterrupt = on
    transmitQueue.setInterrupt(on)
  }

  /// The card's own address, first byte on the wire lowest; nil where it has none.
  public var macAddress: UInt64? {
    guard features & VirtioFeature.mac != 0 else { return nil }
    let (low, high) = (bus.read(Map.configMAC).bits, bus.read(Map.configMACAndStatus).bits)
    return UInt64(low) | UInt64(high & 0xffff) << 32
  }

  public var isLinkUp: Bool {
    guard features & VirtioFeature.status != 0 else { return true }
    return bus.read(Map.configMACAndStatus).bits >> 16 & 1 != 0
  }
}
