// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A page of eight virtio slots. One of them may hold the network card; the others are empty.
final class VirtioMMIOPage: Device {
  let name = "virtio-mmio"
  var report: (String) -> Void = { _ in }
  private let card: (slot: UInt64, model: VirtioNetModel)?

  /// Bytes of registers for each slot.
  static let slotSize: UInt64 = 0x200

  init(_ card: (slot: UInt64, model: VirtioNetModel)?) { self.card = card }

  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 {
    let (slot, register) = offset.quotientAndRemainder(dividingBy: Self.slotSize)
    if let card, card.slot == slot { return card.model.read(register, size: size) }
    // An empty slot has the magic number, the version and device number 0.
    return [0: 0x7472_6976, 4: 2][register] ?? 0
  }

  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {
    let (slot, register) = offset.quotientAndRemainder(dividingBy: Self.slotSize)
    guard let card, card.slot == slot else {
      return report("virtio slot \(slot) is written to, but empty")
    }
    card.model.write(register, value, now: now)
  }

  func checkInvariants() -> String? { card?.model.checkInvariants() }

  var nextEvent: UInt64? { card?.model.nextEvent }
  func advance(to now: UInt64) { card?.model.advance(to: now) }
}
