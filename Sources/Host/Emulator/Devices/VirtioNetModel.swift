// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A virtio network card with memory-mapped registers (virtio 1.2, 5.1).
final class VirtioNetModel: VirtioDeviceModel {
  let transport: VirtioTransportModel
  private let link: NetworkLink
  private let macAddress: [UInt8]
  /// When the device next reads the transmit queue.
  private var transmitTime: UInt64?
  /// Received frames, held until the driver provides buffers.
  private var waiting: ArraySlice<[UInt8]> = []

  /// VIRTIO_F_VERSION_1, VIRTIO_NET_F_MAC, VIRTIO_NET_F_STATUS.
  private static let features: UInt64 = 1 << 32 | 1 << 5 | 1 << 16
  /// Nanoseconds from a notification to the device's first read of the queue.
  private static let reactionTime: UInt64 = 2000

  init(
    link: NetworkLink, macAddress: [UInt8] = [0x52, 0x54, 0, 0x12, 0x34, 0x56],
    memory: @escaping () -> PhysicalMemory
  ) {
    self.link = link
    self.macAddress = macAddress
    transport = VirtioTransportModel(
      "virtio-net", deviceID: 1, features: Self.features, queueCount: 2, memory: memory)
    // The MAC address, then the status, whose bit 0 is VIRTIO_NET_S_LINK_UP.
    transport.configuration = { [unowned self] in self.macAddress + [link.isUp ? 1 : 0, 0] }
    transport.onNotify = { [unowned self] in notified($0, $1) }
    transport.onReset = { [unowned self] in (transmitTime, waiting) = (nil, []) }
    link.onFrame = { [unowned self] frame, _ in receive(frame) }
    link.waitingCount = { [unowned self] in waiting.count }
    link.onStateChange = { [unowned self] in transport.configurationChanged() }
  }

  /// Bytes of the header before each frame; without VERSION_1 it has no num_buffers field.
  private var headerSize: Int { transport.isVersion1 ? 12 : 10 }

  // MARK: Frames

  private func notified(_ queue: Int, _ now: UInt64) {
    if queue == 0 { storeWaiting() } else { transmitTime = transmitTime ?? now + Self.reactionTime }
  }

  private func storeWaiting() {
    while let frame = waiting.first, store(frame) { waiting.removeFirst() }
  }

  private func receive(_ frame: [UInt8]) {
    guard transport.isRunning, waiting.count < link.queueLimit else { return }
    waiting.append(frame)
    storeWaiting()
  }

  /// Stores a frame in the next chain of the receive queue.
  ///
  /// - Returns: false if the driver has provided no chain; the frame must wait.
  private func store(_ frame: [UInt8]) -> Bool {
    let memory = transport.memory()
    do throws(VirtQueueModel.Violation) {
      guard let chain = try transport.queues[0].popAvailable(memory) else { return false }
      var header = [UInt8](repeating: 0, count: headerSize)
      if transport.isVersion1 { header[10] = 1 }
      var rest = (header + frame)[...]
      for segment in chain.segments where segment.isWritable {
        let part = rest.prefix(segment.count)
        UnsafeMutableRawBufferPointer(start: segment.pointer, count: part.count)
          .copyBytes(from: part)
        rest = rest.dropFirst(part.count)
      }
      if !rest.isEmpty {
        transport.report("virtio-net drops a frame of \(frame.count) bytes: no room")
      }
      let written = rest.isEmpty ? headerSize + frame.count : 0
      try transport.queues[0].pushUsed(chain.head, written: written, memory)
      transport.raise(queue: 0)
      return true
    } catch {
      transport.fail(error)
      return true
    }
  }

  /// Transmits the frames of all available chains.
  private func transmitAll(_ now: UInt64) {
    let memory = transport.memory()
    var hasUsedChains = false
    do throws(VirtQueueModel.Violation) {
      while let chain = try transport.queues[1].popAvailable(memory) {
        var bytes: [UInt8] = []
        for segment in chain.segments where !segment.isWritable {
          bytes += UnsafeRawBufferPointer(start: segment.pointer, count: segment.count)
        }
        let frame = Array(bytes.dropFirst(headerSize))
        if bytes.count < headerSize + 14 || frame.count > 65_550 {
          transport.report("virtio-net is given a frame of \(bytes.count) bytes with its header")
        } else {
          link.transmit(frame, now: now)
        }
        try transport.queues[1].pushUsed(chain.head, written: 0, memory)
        hasUsedChains = true
      }
    } catch {
      transport.fail(error)
    }
    if hasUsedChains { transport.raise(queue: 1) }
  }

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
    if let problem = transport.checkInvariants() { return problem }
    if waiting.count > link.queueLimit { return "\(waiting.count) frames wait for buffers" }
    return nil
  }
}
