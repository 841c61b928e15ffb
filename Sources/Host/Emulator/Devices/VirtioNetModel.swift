// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A network card behind virtio over memory-mapped registers, version 2 (virtio 1.2, 4.2 and 5.1).
final class VirtioNetModel {
  var interrupt: (Bool) -> Void = { _ in }
  var report: (String) -> Void = { _ in }
  private let link: NetworkLink
  private let memory: () -> PhysicalMemory
  private let macAddress: [UInt8]
  private var queues = [VirtQueue(), VirtQueue()]
  private var selected = 0
  private var featureWord: (device: UInt64, driver: UInt64) = (0, 0)
  private var accepted: UInt64 = 0
  private var status: UInt64 = 0
  private var interruptStatus: UInt64 = 0
  /// When offered frames are taken.
  private var sendTime: UInt64?
  /// Frames kept until the driver offers buffers.
  private var waiting: ArraySlice<[UInt8]> = []

  /// VIRTIO_F_VERSION_1, VIRTIO_NET_F_MAC, VIRTIO_NET_F_STATUS.
  private static let features: UInt64 = 1 << 32 | 1 << 5 | 1 << 16
  private static let driverOK: UInt64 = 4
  private static let featuresOK: UInt64 = 8
  private static let needsReset: UInt64 = 0x40
  /// From a notification to the device's first look at the queue.
  private static let reactionTime: UInt64 = 2000

  init(
    link: NetworkLink, macAddress: [UInt8] = [0x52, 0x54, 0, 0x12, 0x34, 0x56],
    memory: @escaping () -> PhysicalMemory
  ) {
    self.link = link
    self.macAddress = macAddress
    self.memory = memory
    link.receive = { [unowned self] frame, _ in receive(frame) }
    link.waitingCount = { [unowned self] in waiting.count }
    link.stateChanged = { [unowned self] in
      guard isRunning else { return }
      // The configuration has changed (2.1.2, 5.1.4.2).
      interruptStatus |= 2
      drive()
    }
  }

  private var isVersion1: Bool { accepted & 1 << 32 != 0 }
  /// Bytes of the header before each frame: without VERSION_1 it lacks the number of buffers.
  private var headerSize: Int { isVersion1 ? 12 : 10 }
  private var isRunning: Bool {
    status & Self.driverOK != 0 && status & (Self.needsReset | 0x80) == 0
  }

  // MARK: Registers

  func read(_ offset: UInt64, size: Int) -> UInt64 {
    if offset >= 0x100 { return configuration(offset - 0x100, size) }
    switch offset {
    case 0x00: return 0x7472_6976
    case 0x04: return 2
    case 0x08: return 1
    case 0x0c: return 0x5345_5256
    case 0x10:
      return featureWord.device < 2 ? Self.features >> (32 * featureWord.device) & 0xffff_ffff : 0
    case 0x34: return selected < queues.count ? UInt64(VirtQueue.largest) : 0
    case 0x44: return selected < queues.count && queues[selected].isReady ? 1 : 0
    case 0x60: return interruptStatus
    case 0x70: return status
    case 0xfc: return 0
    default:
      report("virtio-net has no register to read at \(hex(offset))")
      return 0
    }
  }

  /// MAC address, then whether the link is up.
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
    case 0x14: featureWord.device = value
    case 0x20:
      guard featureWord.driver < 2 else { return }
      if status & Self.featuresOK != 0 {
        return report("virtio-net is given features after FEATURES_OK")
      }
      let shift = 32 * featureWord.driver
      accepted = accepted & ~(0xffff_ffff << shift) | value << shift
    case 0x24: featureWord.driver = value
    case 0x30: selected = Int(value)
    case 0x38: setQueue("size") { $0.count = Int(value) }
    case 0x44: setReady(value & 1 != 0)
    case 0x50: notify(Int(value), now)
    case 0x64:
      interruptStatus &= ~value
      drive()
    case 0x70: setStatus(value)
    case 0x80: setQueue("address") { $0.descriptors.setLow(value) }
    case 0x84: setQueue("address") { $0.descriptors.setHigh(value) }
    case 0x90: setQueue("address") { $0.available.setLow(value) }
    case 0x94: setQueue("address") { $0.available.setHigh(value) }
    case 0xa0: setQueue("address") { $0.used.setLow(value) }
    case 0xa4: setQueue("address") { $0.used.setHigh(value) }
    case 0x100...: report("virtio-net's configuration cannot be written")
    default: report("virtio-net has no register to write at \(hex(offset))")
    }
  }

  private func setStatus(_ value: UInt64) {
    if value == 0 {
      (status, interruptStatus, accepted, sendTime) = (0, 0, 0, nil)
      queues = [VirtQueue(), VirtQueue()]
      waiting = []
      return drive()
    }
    status = value & 0xff | status & Self.needsReset
    // A feature that was not offered cannot be had.
    if accepted & ~Self.features != 0, status & Self.featuresOK != 0 {
      report("virtio-net is asked for features \(hex(accepted & ~Self.features)), which it has not")
    }
  }

  private func setQueue(_ what: String, _ body: (inout VirtQueue) -> Void) {
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
    guard count > 0, count <= VirtQueue.largest, count & (count - 1) == 0 else {
      return report("virtio-net takes no queue of \(count) entries")
    }
    do throws(VirtQueue.Fault) {
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
    case 0: takeWaiting()
    case 1: sendTime = sendTime ?? now + Self.reactionTime
    default: report("virtio-net has no queue \(queue)")
    }
  }

  private func takeWaiting() {
    while let frame = waiting.first, put(frame) { waiting.removeFirst() }
  }

  private func receive(_ frame: [UInt8]) {
    guard isRunning, waiting.count < link.queueLimit else { return }
    waiting.append(frame)
    takeWaiting()
  }

  /// - Returns: whether the frame is done with.
  private func put(_ frame: [UInt8]) -> Bool {
    let memory = memory()
    do throws(VirtQueue.Fault) {
      guard let chain = try queues[0].pop(memory) else { return false }
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
      try queues[0].push(chain.head, written: written, memory)
      raise(queue: 0)
      return true
    } catch {
      fail(error)
      return true
    }
  }

  private func sendOffered(_ now: UInt64) {
    let memory = memory()
    var isDone = false
    do throws(VirtQueue.Fault) {
      while let chain = try queues[1].pop(memory) {
        var bytes: [UInt8] = []
        for segment in chain.segments where !segment.isWritable {
          bytes += UnsafeRawBufferPointer(start: segment.pointer, count: segment.count)
        }
        let frame = Array(bytes.dropFirst(headerSize))
        if bytes.count < headerSize + 14 || frame.count > 65_550 {
          report("virtio-net is given a frame of \(bytes.count) bytes with its header")
        } else {
          link.send(frame, now: now)
        }
        try queues[1].push(chain.head, written: 0, memory)
        isDone = true
      }
    } catch {
      fail(error)
    }
    if isDone { raise(queue: 1) }
  }

  private func raise(queue: Int) {
    guard queues[queue].wantsInterrupt(memory()) else { return }
    interruptStatus |= 1
    drive()
  }

  /// The driver broke the rules: the device stops until it is reset (2.1.2).
  private func fail(_ fault: VirtQueue.Fault) {
    report("virtio-net stops: \(fault.text)")
    status |= Self.needsReset
    if status & Self.driverOK != 0 {
      interruptStatus |= 2
      drive()
    }
  }

  private func drive() { interrupt(interruptStatus != 0) }

  // MARK: Time

  var nextEvent: UInt64? {
    switch (sendTime, link.nextEvent) {
    case (let a?, let b?): min(a, b)
    case (let a, let b): a ?? b
    }
  }

  func advance(to now: UInt64) {
    if let time = sendTime, time <= now {
      sendTime = nil
      sendOffered(now)
    }
    link.advance(to: now)
  }
}

extension VirtQueue.Fault {
  fileprivate var text: String {
    switch self {
    case .outside(let address, let count):
      "\(count) bytes at physical address \(hex(address)) are not in a DMA region"
    case .indexOutside(let index): "descriptor \(index) is outside of its table"
    case .chainTooLong: "a chain of descriptors has no end"
    case .indirect: "a descriptor is indirect, which was not agreed on"
    case .wrongOrder: "a buffer to read comes after one to write"
    case .tooManyAvailable(let count): "\(count) chains are offered, more than the queue holds"
    }
  }
}

extension UInt64 {
  fileprivate mutating func setLow(_ value: UInt64) { self = self & ~0xffff_ffff | value }
  fileprivate mutating func setHigh(_ value: UInt64) { self = self & 0xffff_ffff | value << 32 }
}

/// A page of eight virtio slots, of which one may be the network card; the others are empty.
final class VirtioPage: Device {
  let name = "virtio-mmio"
  var report: (String) -> Void = { _ in }
  private let card: (slot: UInt64, model: VirtioNetModel)?

  static let slotSize: UInt64 = 0x200

  init(_ card: (slot: UInt64, model: VirtioNetModel)?) { self.card = card }

  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 {
    let (slot, register) = offset.quotientAndRemainder(dividingBy: Self.slotSize)
    if let card, card.slot == slot { return card.model.read(register, size: size) }
    // Magic, version, and a device number that says that nothing is there.
    return [0: 0x7472_6976, 4: 2][register] ?? 0
  }

  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {
    let (slot, register) = offset.quotientAndRemainder(dividingBy: Self.slotSize)
    guard let card, card.slot == slot else {
      return report("virtio slot \(slot) is written to, but empty")
    }
    card.model.write(register, value, now: now)
  }

  var nextEvent: UInt64? { card?.model.nextEvent }
  func advance(to now: UInt64) { card?.model.advance(to: now) }
}
