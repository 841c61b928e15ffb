// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A virtio entropy device with memory-mapped registers (virtio 1.2, 5.4). It fills each buffer completely.
final class VirtioEntropyModel: VirtioDeviceModel {
  let transport: VirtioTransportModel
  private var bits: RandomBits
  /// When the device next reads the queue.
  private var fillTime: UInt64?

  /// Nanoseconds from a notification to the device's first read of the queue.
  private static let reactionTime: UInt64 = 20_000

  /// - Parameter seed: selects the bytes.
  init(seed: UInt64, memory: @escaping () -> PhysicalMemory) {
    bits = RandomBits(seed: seed)
    transport = VirtioTransportModel(
      "virtio-rng", deviceID: 4, features: 1 << 32, queueCount: 1, memory: memory)
    transport.onNotify = { [unowned self] in fillTime = fillTime ?? $1 + Self.reactionTime }
    transport.onReset = { [unowned self] in fillTime = nil }
  }

  private func fillAll() {
    let memory = transport.memory()
    var hasUsedChains = false
    do throws(VirtQueueModel.Violation) {
      while let chain = try transport.queues[0].popAvailable(memory) {
        if !chain.segments.allSatisfy(\.isWritable) {
          transport.report("virtio-rng is given a buffer that it may only read")
        }
        var written = 0
        for segment in chain.segments where segment.isWritable {
          for index in 0..<segment.count {
            segment.pointer.storeBytes(
              of: UInt8(truncatingIfNeeded: bits.next()), toByteOffset: index, as: UInt8.self)
          }
          written += segment.count
        }
        try transport.queues[0].pushUsed(chain.head, written: written, memory)
        hasUsedChains = true
      }
    } catch {
      transport.fail(error)
    }
    if hasUsedChains { transport.raise(queue: 0) }
  }

  var nextEvent: UInt64? { fillTime }

  func advance(to now: UInt64) {
    guard let time = fillTime, time <= now else { return }
    fillTime = nil
    fillAll()
  }

  func checkInvariants() -> String? { transport.checkInvariants() }
}
