// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The model of a virtio device behind a transport.
protocol VirtioDeviceModel: AnyObject {
  var transport: VirtioTransportModel { get }
  var nextEvent: UInt64? { get }
  func advance(to now: UInt64)
  func checkInvariants() -> String?
}

/// A page of eight virtio slots. Some may hold a device; the others are empty.
final class VirtioMMIOPage: Device {
  let name = "virtio-mmio"
  var report: (String) -> Void = { _ in }
  private let devices: [UInt64: any VirtioDeviceModel]

  /// Bytes of registers for each slot.
  static let slotSize: UInt64 = 0x200

  /// A page with devices by their slots.
  init(_ devices: [UInt64: any VirtioDeviceModel]) { self.devices = devices }

  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 {
    let (slot, register) = offset.quotientAndRemainder(dividingBy: Self.slotSize)
    if let device = devices[slot] { return device.transport.read(register, size: size) }
    // An empty slot has the magic number, the version and device number 0.
    return [0: 0x7472_6976, 4: 2][register] ?? 0
  }

  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {
    let (slot, register) = offset.quotientAndRemainder(dividingBy: Self.slotSize)
    guard let device = devices[slot] else {
      return report("virtio slot \(slot) is written to, but empty")
    }
    device.transport.write(register, value, now: now)
  }

  func checkInvariants() -> String? {
    devices.values.lazy.compactMap { $0.checkInvariants() }.first
  }

  var nextEvent: UInt64? { devices.values.reduce(nil) { earliest($0, $1.nextEvent) } }
  func advance(to now: UInt64) {
    for slot in devices.keys.sorted() { devices[slot]?.advance(to: now) }
  }
}
