// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What the models of virtio devices with memory-mapped registers have in common: registers, negotiation and queues, version 2
/// (virtio 1.2, 4.2).
final class VirtioTransportModel {
  /// For reports: "virtio-net".
  let name: String
  let deviceID: UInt64
  /// The features that the device offers.
  let features: UInt64
  var interrupt: (Bool) -> Void = { _ in }
  var report: (String) -> Void = { _ in }
  /// Bytes of the configuration space.
  var configuration: () -> [UInt8] = { [] }
  /// The driver has notified a queue, at this time; only while the device runs.
  var onNotify: (Int, UInt64) -> Void = { _, _ in }
  var onReset: () -> Void = {}
  let memory: () -> PhysicalMemory
  var queues: [VirtQueueModel]
  private var selected = 0
  private var featureWord: (device: UInt64, driver: UInt64) = (0, 0)
  private var accepted: UInt64 = 0
  private var status: UInt64 = 0
  private var interruptStatus: UInt64 = 0

  private static let driverOK: UInt64 = 4
  /// Register offsets in bytes (virtio 1.2, 4.2.2).
  private enum Offset {
    static let magic: UInt64 = 0x00
    static let version: UInt64 = 0x04
    static let deviceID: UInt64 = 0x08
    static let vendorID: UInt64 = 0x0c
    static let deviceFeatures: UInt64 = 0x10
    static let deviceFeaturesSelect: UInt64 = 0x14
    static let driverFeatures: UInt64 = 0x20
    static let driverFeaturesSelect: UInt64 = 0x24
    static let queueSelect: UInt64 = 0x30
    static let queueSizeMax: UInt64 = 0x34
    static let queueSize: UInt64 = 0x38
    static let queueReady: UInt64 = 0x44
    static let queueNotify: UInt64 = 0x50
    static let interruptStatus: UInt64 = 0x60
    static let interruptAcknowledge: UInt64 = 0x64
    static let status: UInt64 = 0x70
    static let queueDescriptorsLow: UInt64 = 0x80
    static let queueDescriptorsHigh: UInt64 = 0x84
    static let queueDriverLow: UInt64 = 0x90
    static let queueDriverHigh: UInt64 = 0x94
    static let queueDeviceLow: UInt64 = 0xa0
    static let queueDeviceHigh: UInt64 = 0xa4
    static let configurationGeneration: UInt64 = 0xfc
    static let configuration: UInt64 = 0x100
  }

  private static let featuresOK: UInt64 = 8
  private static let needsReset: UInt64 = 0x40

  init(
    _ name: String, deviceID: UInt64, features: UInt64, queueCount: Int,
    memory: @escaping () -> PhysicalMemory
  ) {
    self.name = name
    self.deviceID = deviceID
    self.features = features
    self.memory = memory
    queues = Array(repeating: VirtQueueModel(), count: queueCount)
  }

  /// Whether the driver has accepted VIRTIO_F_VERSION_1.
  var isVersion1: Bool { accepted & 1 << 32 != 0 }
  var isRunning: Bool {
    status & Self.driverOK != 0 && status & (Self.needsReset | 0x80) == 0
  }

  // MARK: Registers

  func read(_ offset: UInt64, size: Int) -> UInt64 {
    if offset >= Offset.configuration {
      return bytes(offset - Offset.configuration, size)
    }
    switch offset {
    case Offset.magic: return 0x7472_6976
    case Offset.version: return 2
    case Offset.deviceID: return deviceID
    case Offset.vendorID: return 0x5345_5256
    case Offset.deviceFeatures:
      return featureWord.device < 2 ? features >> (32 * featureWord.device) & 0xffff_ffff : 0
    case Offset.queueSizeMax: return selected < queues.count ? UInt64(VirtQueueModel.largest) : 0
    case Offset.queueReady: return selected < queues.count && queues[selected].isReady ? 1 : 0
    case Offset.interruptStatus: return interruptStatus
    case Offset.status: return status
    case Offset.configurationGeneration: return 0
    default:
      report("\(name) has no register to read at \(hex(offset))")
      return 0
    }
  }

  private func bytes(_ offset: UInt64, _ size: Int) -> UInt64 {
    let bytes = configuration()
    var value: UInt64 = 0
    for index in 0..<size where Int(offset) + index < bytes.count {
      value |= UInt64(bytes[Int(offset) + index]) << UInt64(8 * index)
    }
    return value
  }

  func write(_ offset: UInt64, _ value: UInt64, now: UInt64) {
    let value = value & 0xffff_ffff
    switch offset {
    case Offset.deviceFeaturesSelect: featureWord.device = value
    case Offset.driverFeatures:
      guard featureWord.driver < 2 else { return }
      if status & Self.featuresOK != 0 {
        return report("\(name) is given features after FEATURES_OK")
      }
      let shift = 32 * featureWord.driver
      accepted = accepted & ~(0xffff_ffff << shift) | value << shift
    case Offset.driverFeaturesSelect: featureWord.driver = value
    case Offset.queueSelect: selected = Int(value)
    case Offset.queueSize: setQueue("size") { $0.count = Int(value) }
    case Offset.queueReady: setReady(value & 1 != 0)
    case Offset.queueNotify: notify(Int(value), now)
    case Offset.interruptAcknowledge:
      interruptStatus &= ~value
      updateInterruptLine()
    case Offset.status: setStatus(value)
    case Offset.queueDescriptorsLow: setQueue("address") { $0.descriptors.setLow(value) }
    case Offset.queueDescriptorsHigh: setQueue("address") { $0.descriptors.setHigh(value) }
    case Offset.queueDriverLow: setQueue("address") { $0.available.setLow(value) }
    case Offset.queueDriverHigh: setQueue("address") { $0.available.setHigh(value) }
    case Offset.queueDeviceLow: setQueue("address") { $0.used.setLow(value) }
    case Offset.queueDeviceHigh: setQueue("address") { $0.used.setHigh(value) }
    case Offset.configuration...: report("\(name)'s configuration cannot be written")
    default: report("\(name) has no register to write at \(hex(offset))")
    }
  }

  private func setStatus(_ value: UInt64) {
    if value == 0 {
      (status, interruptStatus, accepted) = (0, 0, 0)
      queues = Array(repeating: VirtQueueModel(), count: queues.count)
      onReset()
      return updateInterruptLine()
    }
    status = value & 0xff | status & Self.needsReset
    if accepted & ~features != 0, status & Self.featuresOK != 0 {
      report(
        "\(name) is asked for features \(hex(accepted & ~features)), which it does not offer"
      )
    }
  }

  private func setQueue(_ what: String, _ body: (inout VirtQueueModel) -> Void) {
    guard selected < queues.count else {
      return report("\(name) has no queue \(selected)")
    }
    if queues[selected].isReady {
      return report("\(name) is given the \(what) of queue \(selected), which is in use")
    }
    body(&queues[selected])
  }

  private func setReady(_ ready: Bool) {
    guard selected < queues.count else { return report("\(name) has no queue \(selected)") }
    guard ready else { return queues[selected].isReady = false }
    let count = queues[selected].count
    guard count > 0, count <= VirtQueueModel.largest, count & (count - 1) == 0 else {
      return report("\(name) takes no queue of \(count) entries")
    }
    do throws(VirtQueueModel.Violation) {
      try queues[selected].check(memory())
      queues[selected].isReady = true
    } catch {
      fail(error)
    }
  }

  private func notify(_ queue: Int, _ now: UInt64) {
    guard isRunning else { return report("\(name) is notified before DRIVER_OK") }
    guard queue < queues.count else { return report("\(name) has no queue \(queue)") }
    onNotify(queue, now)
  }

  // MARK: Interrupts

  /// Interrupts for used buffers, if the driver wants it.
  func raise(queue: Int) {
    guard queues[queue].wantsInterrupt(memory()) else { return }
    interruptStatus |= 1
    updateInterruptLine()
  }

  /// Configuration change notification (virtio 1.2, 2.1.2 and 5.1.4.2).
  func configurationChanged() {
    guard isRunning else { return }
    interruptStatus |= 2
    updateInterruptLine()
  }

  /// Stops the device until it is reset, after a driver's error (virtio 1.2, 2.1.2).
  func fail(_ violation: VirtQueueModel.Violation) {
    report("\(name) stops: \(violation.text)")
    status |= Self.needsReset
    if status & Self.driverOK != 0 {
      interruptStatus |= 2
      updateInterruptLine()
    }
  }

  private func updateInterruptLine() { interrupt(interruptStatus != 0) }

  /// Nil, or what is wrong with the model's state.
  func checkInvariants() -> String? {
    for (index, queue) in queues.enumerated() {
      if let problem = queue.checkInvariants() { return "queue \(index): \(problem)" }
    }
    return nil
  }
}

extension UInt64 {
  fileprivate mutating func setLow(_ value: UInt64) { self = self & ~0xffff_ffff | value }
  fileprivate mutating func setHigh(_ value: UInt64) { self = self & 0xffff_ffff | value << 32 }
}
