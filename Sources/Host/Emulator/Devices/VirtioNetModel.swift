// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A virtio network card with memory-mapped registers, version 2 (virtio 1.2, sections 4.2 and 5.1).
final class VirtioNetModel {
  var interrupt: (Bool) -> Void = { _ in }
  var report: (String) -> Void = { _ in }
  private let link: NetworkLink
  private let memory: () -> PhysicalMemory
  private let macAddress: [UInt8]
  private var queues = [VirtQueueModel(), VirtQueueModel()]
  private var selected = 0
  private var featureWord: (device: UInt64, driver: UInt64) = (0, 0)
  private var accepted: UInt64 = 0
  private var status: UInt64 = 0
  private var interruptStatus: UInt64 = 0
  /// When the device next reads the transmit queue.
  private var transmitTime: UInt64?
  /// Received frames, held until the driver provides buffers.
  private var waiting: ArraySlice<[UInt8]> = []

  /// VIRTIO_F_VERSION_1, VIRTIO_NET_F_MAC, VIRTIO_NET_F_STATUS.
  private static let features: UInt64 = 1 << 32 | 1 << 5 | 1 << 16
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
  /// Nanoseconds from a notification to the device's first read of the queue.
  private static let reactionTime: UInt64 = 2000

  init(
    link: NetworkLink, macAddress: [UInt8] = [0x52, 0x54, 0, 0x12, 0x34, 0x56],
    memory: @escaping () -> PhysicalMemory
  ) {
    self.link = link
    self.macAddress = macAddress
    self.memory = memory
    link.onFrame = { [unowned self] frame, _ in receive(frame) }
    link.waitingCount = { [unowned self] in waiting.count }
    link.onStateChange = { [unowned self] in
      guard isRunning else { return }
      // Configuration change notification (virtio 1.2, 2.1.2 and 5.1.4.2).
      interruptStatus |= 2
      updateInterruptLine()
    }
  }

  private var isVersion1: Bool { accepted & 1 << 32 != 0 }
  /// Bytes of the header before each frame; without VERSION_1 it has no num_buffers field.
  private var headerSize: Int { isVersion1 ? 12 : 10 }
  private var isRunning: Bool {
    status & Self.driverOK != 0 && status & (Self.needsReset | 0x80) == 0
  }

  // MARK: Registers

  func read(_ offset: UInt64, size: Int) -> UInt64 {
    if offset >= Offset.configuration {
      return configuration(offset - Offset.configuration, size)
    }
    switch offset {
    case Offset.magic: return 0x7472_6976
    case Offset.version: return 2
    case Offset.deviceID: return 1
    case Offset.vendorID: return 0x5345_5256
    case Offset.deviceFeatures:
      return featureWord.device < 2 ? Self.features >> (32 * featureWord.device) & 0xffff_ffff : 0
    case Offset.queueSizeMax: return selected < queues.count ? UInt64(VirtQueueModel.largest) : 0
    case Offset.queueReady: return selected < queues.count && queues[selected].isReady ? 1 : 0
    case Offset.interruptStatus: return interruptStatus
    case Offset.status: return status
    case Offset.configurationGeneration: return 0
    default:
      report("virtio-net has no register to read at \(hex(offset))")
      return 0
    }
  }

  /// Bytes of the configuration space: the MAC address, then the status, whose bit 0 is VIRTIO_NET_S_LINK_UP.
  private func configuration(_ offset: UInt64, _ size: Int) -> UInt64 {
    let bytes = macAddress + [link.isUp ? 1 : 0, 0]
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
        return report("virtio-net is given features after FEATURES_OK")
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
    case Offset.configuration...: report("virtio-net's configuration cannot be written")
    default: report("virtio-net has no register to write at \(hex(offset))")
    }
  }

  private func setStatus(_ value: UInt64) {
    if value == 0 {
      (status, interruptStatus, accepted, transmitTime) = (0, 0, 0, nil)
      queues = [VirtQueueModel(), VirtQueueModel()]
      waiting = []
      return updateInterruptLine()
    }
    status = value & 0xff | status & Self.needsReset
    if accepted & ~Self.features != 0, status & Self.featuresOK != 0 {
      report(
        "virtio-net is asked for features \(hex(accepted & ~Self.features)), which it does not offer"
      )
    }
  }

  private func setQueue(_ what: String, _ body: (inout VirtQueueModel) -> Void) {
    guard selected < queues.count else {
      return report("virtio-net has no queue \(selected)")
    }
    if queues[selected].isReady {
      return report("virtio-net is given the \(what) of queue \(selected), which is in use")
    }
    body(&queues[selected])
  }

  private func setReady(_ ready: Bool) {
    guard selected < queues.count else { return report("virtio-net has no queue \(selected)") }
    guard ready else { return queues[selected].isReady = false }
    let count = queues[selected].count
    guard count > 0, count <= VirtQueueModel.largest, count & (count - 1) == 0 else {
      return report("virtio-net takes no queue of \(count) entries")
    }
    do throws(VirtQueueModel.Violation) {
      try queues[selected].check(memory())
      queues[selected].isReady = true
    } catch {
      fail(error)
    }
  }

  // MARK: Frames

  private func notify(_ queue: Int, _ now: UInt64) {
    guard isRunning else { return report("virtio-net is notified before DRIVER_OK") }
    switch queue {
    case 0: storeWaiting()
    case 1: transmitTime = transmitTime ?? now + Self.reactionTime
    default: report("virtio-net has no queue \(queue)")
    }
  }

  private func storeWaiting() {
    while let frame = waiting.first, store(frame) { waiting.removeFirst() }
  }

  private func receive(_ frame: [UInt8]) {
    guard isRunning, waiting.count < link.queueLimit else { return }
    waiting.append(frame)
    storeWaiting()
  }

  /// Stores a frame in the next chain of the receive queue.
  ///
  /// - Returns: false if the driver has provided no chain; the frame must wait.
  private func store(_ frame: [UInt8]) -> Bool {
    let memory = memory()
    do throws(VirtQueueModel.Violation) {
      guard let chain = try queues[0].popAvailable(memory) else { return false }
      var header = [UInt8](repeating: 0, count: headerSize)
      if isVersion1 { header[10] = 1 }
      var rest = (header + frame)[...]
      for segment in chain.segments where segment.isWritable {
        let part = rest.prefix(segment.count)
        UnsafeMutableRawBufferPointer(start: segment.pointer, count: part.count)
          .copyBytes(from: part)
        rest = rest.dropFirst(part.count)
      }
      if !rest.isEmpty { report("virtio-net drops a frame of \(frame.count) bytes: no room") }
      let written = rest.isEmpty ? headerSize + frame.count : 0
      try queues[0].pushUsed(chain.head, written: written, memory)
      raise(queue: 0)
      return true
    } catch {
      fail(error)
      return true
    }
  }

  /// Transmits the frames of all available chains.
  private func transmitAll(_ now: UInt64) {
    let memory = memory()
    var hasUsedChains = false
    do throws(VirtQueueModel.Violation) {
      while let chain = try queues[1].popAvailable(memory) {
        var bytes: [UInt8] = []
        for segment in chain.segments where !segment.isWritable {
          bytes += UnsafeRawBufferPointer(start: segment.pointer, count: segment.count)
        }
        let frame = Array(bytes.dropFirst(headerSize))
        if bytes.count < headerSize + 14 || frame.count > 65_550 {
          report("virtio-net is given a frame of \(bytes.count) bytes with its header")
        } else {
          link.transmit(frame, now: now)
        }
        try queues[1].pushUsed(chain.head, written: 0, memory)
        hasUsedChains = true
      }
    } catch {
      fail(error)
    }
    if hasUsedChains { raise(queue: 1) }
  }

  private func raise(queue: Int) {
    guard queues[queue].wantsInterrupt(memory()) else { return }
    interruptStatus |= 1
    updateInterruptLine()
  }

  /// Stops the device until it is reset, after a driver's error (virtio 1.2, 2.1.2).
  private func fail(_ violation: VirtQueueModel.Violation) {
    report("virtio-net stops: \(violation.text)")
    status |= Self.needsReset
    if status & Self.driverOK != 0 {
      interruptStatus |= 2
      updateInterruptLine()
    }
  }

  private func updateInterruptLine() { interrupt(interruptStatus != 0) }

  // MARK: Time

  var nextEvent: UInt64? { earliest(transmitTime, link.nextEvent) }

  func advance(to now: UInt64) {
    if let time = transmitTime, time <= now {
      transmitTime = nil
      transmitAll(now)
    }
    link.advance(to: now)
  }

  /// Nil, or what is wrong with the model's state.
  func checkInvariants() -> String? {
    for (index, queue) in queues.enumerated() {
      if let problem = queue.checkInvariants() { return "queue \(index): \(problem)" }
    }
    if waiting.count > link.queueLimit { return "\(waiting.count) frames wait for buffers" }
    return nil
  }
}

extension UInt64 {
  fileprivate mutating func setLow(_ value: UInt64) { self = self & ~0xffff_ffff | value }
  fileprivate mutating func setHigh(_ value: UInt64) { self = self & 0xffff_ffff | value << 32 }
}
