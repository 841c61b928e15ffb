// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers

/// What the drivers of virtio devices over MMIO have in common: how a device is started and a queue is installed, with
/// the modern interface (Virtual I/O Device 1.2, 3.1.1 and 4.2.3).
public struct VirtioTransport<Bus: RegisterBus> {
  private typealias Map = VirtioRegisters

  private let bus: Bus
  private var state = VirtioRegisters.Status(bits: 0)

  /// The device whose registers `bus` has.
  public init(_ bus: Bus) { self.bus = bus }

  /// Resets the device and negotiates its features, VERSION_1 among them. Queues follow, then `finish`.
  ///
  /// - Returns: the features, of those in `wanted`, that the device offers.
  public mutating func start(
    deviceID: UInt32, features wanted: UInt64
  ) throws(VirtioFault) -> UInt64 {
    guard bus.read(Map.magic).bits == 0x7472_6976, bus.read(Map.version).bits == 2,
      bus.read(Map.deviceID).bits == deviceID
    else { throw .absent }

    // The order of 3.1.1: reset, ACKNOWLEDGE, DRIVER, features, FEATURES_OK, queues, DRIVER_OK. The device may
    // neither use the queues nor be notified before DRIVER_OK.
    state = Map.Status(bits: 0)
    bus.write(state, to: Map.status)
    set(Map.Status.acknowledge)
    set(Map.Status.driver)

    let offered = UInt64(deviceFeatures(0)) | UInt64(deviceFeatures(1)) << 32
    let features = offered & (wanted | Self.version1)
    guard features & Self.version1 != 0 else { throw fail() }
    setFeatures(0, UInt32(truncatingIfNeeded: features))
    setFeatures(1, UInt32(truncatingIfNeeded: features >> 32))
    set(Map.Status.featuresOK)
    guard bus.read(Map.status).has(Map.Status.featuresOK) else { throw fail() }
    return features
  }

  /// Tells the device that the driver is ready (DRIVER_OK).
  public mutating func finish() { set(Map.Status.driverOK) }

  /// Tells the device that the driver gives up.
  ///
  /// - Returns: `unusable`, to throw.
  public mutating func fail() -> VirtioFault {
    set(Map.Status.failed)
    return .unusable
  }

  /// VIRTIO_F_VERSION_1 (6).
  private static var version1: UInt64 { 1 << 32 }

  private mutating func set(_ bit: Bits<VirtioRegisters.Status>) {
    state = state.with(bit, true)
    bus.write(state, to: Map.status)
  }

  private func deviceFeatures(_ word: UInt32) -> UInt32 {
    bus.write(Map.Word(bits: word), to: Map.deviceFeaturesSelect)
    return bus.read(Map.deviceFeatures).bits
  }

  private func setFeatures(_ word: UInt32, _ bits: UInt32) {
    bus.write(Map.Word(bits: word), to: Map.driverFeaturesSelect)
    bus.write(Map.Word(bits: bits), to: Map.driverFeatures)
  }

  // MARK: Queues

  /// The largest size, a power of two up to `limit`, that the device supports; 0 if it has no such queue, or one of fewer
  /// than two entries.
  public func queueSize(_ queue: UInt32, limit: Int) -> Int {
    bus.write(Map.Word(bits: queue), to: Map.queueSelect)
    let limit = min(Int(bus.read(Map.queueSizeMax).bits), limit)
    var size = 1
    while size &* 2 <= limit { size &*= 2 }
    return limit < 2 ? 0 : size
  }

  /// Installs queue `number` with `size` entries and the bus addresses of its three parts, which must be in place.
  public func install(
    _ number: UInt32, size: Int, descriptors: UInt64, driver: UInt64, device: UInt64
  ) {
    bus.write(Map.Word(bits: number), to: Map.queueSelect)
    bus.write(Map.Word(bits: UInt32(truncatingIfNeeded: size)), to: Map.queueSize)
    setAddress(Map.queueDescriptors, descriptors)
    setAddress(Map.queueDriver, driver)
    setAddress(Map.queueDevice, device)
    bus.write(Map.Word(bits: 1), to: Map.queueReady)
  }

  private func setAddress(_ register: WriteOnly<VirtioRegisters.Word>, _ address: UInt64) {
    bus.write(Map.Word(bits: UInt32(truncatingIfNeeded: address)), to: register)
    bus.write(Map.Word(bits: UInt32(truncatingIfNeeded: address >> 32)), to: Map.upper(register))
  }

  /// Notifies the device of buffers in queue `number`.
  public func notify(_ number: UInt32) { bus.write(Map.Word(bits: number), to: Map.queueNotify) }
}

/// Why a virtio device cannot be used.
public enum VirtioFault: Error, Equatable, Sendable {
  /// There is none, or one of another kind.
  case absent
  /// It does not offer what the driver needs.
  case unusable
}
