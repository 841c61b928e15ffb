// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Synopsys' DesignWare Ethernet MAC, version 3.7, with its DMA and normal descriptors, as in Amlogic's
/// chips. The PHY, an RTL8211F at address 0, is connected at 1 Gb/s before anyone looks.
final class DesignWareMACModel: Device {
  let name = "dwmac"
  var interrupt: (Bool) -> Void = { _ in }
  var report: (String) -> Void = { _ in }
  private let link: NetworkLink
  private let memory: () -> PhysicalMemory

  private var mac: [UInt64: UInt64] = [:]
  private var busMode: UInt64 = 0
  private var operationMode: UInt64 = 0
  private var status: UInt64 = 0
  private var enabledInterrupts: UInt64 = 0
  private var receive = Ring()
  private var transmit = Ring()
  private var isStopped = false
  /// When the transmit descriptors are looked at next.
  private var transmitTime: UInt64?
  private var isHigh = false
  private var linkPending = false
  private var linkWasLost = false

  private struct Ring {
    var base: UInt64 = 0
    var current: UInt64 = 0
  }

  private enum Offset {
    static let configuration: UInt64 = 0
    static let filter: UInt64 = 4
    static let mii: UInt64 = 0x10
    static let miiData: UInt64 = 0x14
    static let version: UInt64 = 0x20
    static let interruptStatus: UInt64 = 0x38
    static let interruptMask: UInt64 = 0x3c
    static let linkStatus: UInt64 = 0xd8
    static let addressHigh: UInt64 = 0x40
    static let addressLow: UInt64 = 0x44
    static let dma: UInt64 = 0x1000
  }

  private enum Status {
    static let transmitted: UInt64 = 1 << 0
    static let noTransmitBuffer: UInt64 = 1 << 2
    static let received: UInt64 = 1 << 6
    static let noReceiveBuffer: UInt64 = 1 << 7
    static let busError: UInt64 = 1 << 13
    static let abnormal: UInt64 = 1 << 15
    static let normal: UInt64 = 1 << 16
    static let normalCauses: UInt64 = 1 << 0 | 1 << 2 | 1 << 6 | 1 << 14
    static let clearable: UInt64 = 0x1e7ff
  }

  private static let own: UInt32 = 1 << 31
  private static let reactionTime: UInt64 = 2000

  init(
    link: NetworkLink, macAddress: [UInt8] = [0x00, 0x1e, 0x06, 0x12, 0x34, 0x56],
    memory: @escaping () -> PhysicalMemory
  ) {
    self.link = link
    self.memory = memory
    for (index, byte) in macAddress.enumerated() {
      let register = index < 4 ? Offset.addressLow : Offset.addressHigh
      mac[register, default: 0] |= UInt64(byte) << UInt64(8 * (index % 4))
    }
    mac[Offset.addressHigh, default: 0] |= 1 << 31
    link.receive = { [unowned self] frame, _ in take(frame) }
  }

  // MARK: Registers

  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 {
    switch offset {
    case Offset.version: return 0x1037
    case 0x1000: return busMode
    case 0x100c: return receive.base
    case 0x1010: return transmit.base
    case 0x1018: return operationMode
    case 0x101c: return enabledInterrupts
    case 0x1048: return transmit.current
    case 0x104c: return receive.current
    case 0x1014: return status | (lineInterrupt ? 1 << 26 : 0)
    // MII: done at once.
    case Offset.mii: return mac[offset, default: 0] & ~1
    case Offset.interruptStatus: return lineInterrupt ? 1 : 0
    case Offset.linkStatus:
      linkPending = false
      drive()
      return isLinkUp ? 0xd : 0
    default: return mac[offset, default: 0]
    }
  }

  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {
    let value = value & 0xffff_ffff
    switch offset {
    case 0x1000:
      if value & 1 != 0 { return reset() }
      busMode = value
    case 0x1004: demandTransmit(now)
    // Frames that came without a descriptor are lost; the next one finds it.
    case 0x1008: break
    case 0x100c: setBase(&receive, value, isRunning: operationMode & 1 << 1 != 0, "receive")
    case 0x1010: setBase(&transmit, value, isRunning: operationMode & 1 << 13 != 0, "transmit")
    case 0x1014: status &= ~(value & Status.clearable)
    case 0x1018:
      let starts = value & 1 << 13 != 0 && operationMode & 1 << 13 == 0
      operationMode = value & ~(1 << 20)
      if starts { demandTransmit(now) }
    case 0x101c: enabledInterrupts = value & Status.clearable
    case Offset.mii:
      mac[offset] = value
      if value & 3 == 1 { mac[Offset.miiData] = phyRegister(value >> 6 & 31, of: value >> 11 & 31) }
    case Offset.version: report("dwmac's version cannot be written")
    case Offset.dma...: report("dwmac has no DMA register to write at \(hex(offset))")
    default: mac[offset] = value
    }
    drive()
  }

  /// The MAC address comes from outside of the core, and is lost.
  private func reset() {
    (mac, busMode, operationMode, status, enabledInterrupts) = ([:], 0x20100, 0, 0, 0)
    mac[Offset.addressHigh] = 0x8000_ffff
    mac[Offset.addressLow] = 0xffff_ffff
    (receive, transmit, transmitTime, isStopped) = (Ring(), Ring(), nil, false)
    drive()
  }

  private func setBase(_ ring: inout Ring, _ value: UInt64, isRunning: Bool, _ what: String) {
    if isRunning { return report("dwmac is given a \(what) list while it works on another") }
    ring.base = value & ~3
    ring.current = ring.base
  }

  private func demandTransmit(_ now: UInt64) {
    guard operationMode & 1 << 13 != 0 else { return }
    transmitTime = transmitTime ?? now + Self.reactionTime
  }

  // MARK: Descriptors

  private struct Descriptor {
    var pointer: UnsafeMutableRawPointer
    var status: UInt32
    var control: UInt32
    var buffer: UInt64
    var second: UInt64

    var isOwned: Bool { status & own != 0 }
    var isChained: Bool { control & 1 << 24 != 0 }
    var size: Int { Int(control & 0x7ff) }
    var secondSize: Int { isChained ? 0 : Int(control >> 11 & 0x7ff) }
  }

  private struct BusError: Error {
    var address: UInt64
    var count: Int
  }

  private func pointer(
    _ address: UInt64, _ count: Int
  ) throws(BusError) -> UnsafeMutableRawPointer {
    guard let pointer = memory().pointer(to: address, count: count) else {
      throw BusError(address: address, count: count)
    }
    return pointer
  }

  private func descriptor(at address: UInt64) throws(BusError) -> Descriptor {
    let pointer = try pointer(address, 16)
    func word(_ index: Int) -> UInt32 {
      UInt32(littleEndian: pointer.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
    }
    return Descriptor(
      pointer: pointer, status: word(0), control: word(1), buffer: UInt64(word(2)),
      second: UInt64(word(3)))
  }

  private func advance(_ ring: inout Ring, past descriptor: Descriptor) {
    if descriptor.control & 1 << 25 != 0 {
      ring.current = ring.base
    } else if descriptor.isChained {
      ring.current = descriptor.second
    } else {
      // Words to skip between descriptors.
      ring.current += 16 + (busMode >> 2 & 31) * 4
    }
  }

  private func giveBack(_ descriptor: Descriptor, status: UInt32) {
    descriptor.pointer.storeBytes(of: status.littleEndian, as: UInt32.self)
  }

  /// A descriptor or buffer where no memory is: the DMA stops for good.
  private func fail(_ error: BusError) {
    report(
      "dwmac stops: \(error.count) bytes at physical address \(hex(error.address)) "
        + "are not in a DMA region")
    isStopped = true
    operationMode &= ~(1 << 13 | 1 << 1)
    raise(Status.busError | Status.abnormal)
  }

  // MARK: Transmitting

  private func transmitAll(_ now: UInt64) {
    var frame: [UInt8] = []
    do throws(BusError) {
      // More than a ring holds is a chain that bites its tail.
      for _ in 0..<4096 {
        let descriptor = try descriptor(at: transmit.current)
        guard descriptor.isOwned else {
          return raise(Status.noTransmitBuffer | Status.normal)
        }
        if descriptor.control & 1 << 29 != 0 { frame = [] }
        for (address, count) in [
          (descriptor.buffer, descriptor.size), (descriptor.second, descriptor.secondSize),
        ] where count > 0 {
          frame += UnsafeRawBufferPointer(start: try pointer(address, count), count: count)
        }
        giveBack(descriptor, status: descriptor.status & ~Self.own)
        advance(&transmit, past: descriptor)
        if descriptor.control & 1 << 30 != 0 {
          send(frame, checksums: descriptor.control >> 27 & 3, now)
          frame = []
        }
        if descriptor.control & 1 << 31 != 0 { raise(Status.transmitted | Status.normal) }
      }
    } catch {
      fail(error)
    }
  }

  private func send(_ frame: [UInt8], checksums: UInt32, _ now: UInt64) {
    guard frame.count >= 14, frame.count <= 9018 else {
      return report("dwmac is given a frame of \(frame.count) bytes")
    }
    guard mac[Offset.configuration, default: 0] & 1 << 3 != 0 else {
      return report("dwmac is given a frame while its transmitter is off")
    }
    var frame = frame
    if checksums != 0 { insertChecksums(into: &frame, payload: checksums > 1) }
    frame += [UInt8](repeating: 0, count: max(0, 60 - frame.count))
    link.send(frame, now: now)
  }

  // MARK: Receiving

  private func take(_ frame: [UInt8]) {
    let configuration = mac[Offset.configuration, default: 0]
    guard configuration & 1 << 2 != 0, operationMode & 1 << 1 != 0, !isStopped, accepts(frame)
    else { return }
    var bytes = frame + [UInt8](repeating: 0, count: max(0, 60 - frame.count))
    // The check sequence stays, unless it is asked to be stripped (CST, or ACS for lengths).
    let type = UInt16(bytes[12]) << 8 | UInt16(bytes[13])
    let strips = type >= 0x600 ? configuration & 1 << 25 != 0 : configuration & 1 << 7 != 0
    if !strips { bytes += checkSequence(of: bytes) }
    do throws(BusError) {
      try store(bytes)
    } catch {
      fail(error)
    }
  }

  /// A frame goes on in the next descriptor's buffers where it is longer than those of one, and ends where the
  /// next is not the device's. The length in each is that of the frame so far.
  private func store(_ frame: [UInt8]) throws(BusError) {
    // The watchdog cuts off what is too long, as jumbo frames are not asked for.
    let bytes = frame.prefix(Self.longestFrame)
    let isCut = bytes.count < frame.count
    var rest = bytes
    while !rest.isEmpty {
      let descriptor = try descriptor(at: receive.current)
      guard descriptor.isOwned else {
        return raise(Status.noReceiveBuffer | Status.abnormal)
      }
      let isFirst = rest.count == bytes.count
      guard try fill(descriptor, from: &rest) else {
        report("dwmac is given a receive descriptor without a buffer")
        return raise(Status.noReceiveBuffer | Status.abnormal)
      }
      var status = UInt32(truncatingIfNeeded: bytes.count - rest.count) << 16 | 1 << 5
      if isFirst { status |= ReceiveStatus.first }
      if rest.isEmpty { status |= ReceiveStatus.last }
      if rest.isEmpty && isCut { status |= ReceiveStatus.error | ReceiveStatus.watchdog }
      giveBack(descriptor, status: status)
      advance(&receive, past: descriptor)
      if !rest.isEmpty, !(try self.descriptor(at: receive.current).isOwned) {
        giveBack(
          descriptor,
          status: status | ReceiveStatus.last | ReceiveStatus.error | ReceiveStatus.truncated)
        raise(Status.noReceiveBuffer | Status.abnormal)
        break
      }
    }
    raise(Status.received | Status.normal)
  }

  private static let longestFrame = 2048

  private enum ReceiveStatus {
    static let watchdog: UInt32 = 1 << 4
    static let last: UInt32 = 1 << 8
    static let first: UInt32 = 1 << 9
    static let truncated: UInt32 = 1 << 14
    static let error: UInt32 = 1 << 15
  }

  /// False where a descriptor's buffers have no bytes.
  private func fill(
    _ descriptor: Descriptor, from rest: inout ArraySlice<UInt8>
  ) throws(BusError) -> Bool {
    var room = 0
    for (address, count) in [
      (descriptor.buffer, descriptor.size), (descriptor.second, descriptor.secondSize),
    ] where count > 0 {
      let part = rest.prefix(count)
      UnsafeMutableRawBufferPointer(start: try pointer(address, count), count: count)
        .copyBytes(from: part)
      rest = rest.dropFirst(part.count)
      room += count
    }
    return room > 0
  }

  private func accepts(_ frame: [UInt8]) -> Bool {
    guard frame.count >= 14 else { return false }
    let filter = mac[Offset.filter, default: 0]
    if filter & (1 | 1 << 31) != 0 { return true }
    let destination = frame.prefix(6)
    if destination.allSatisfy({ $0 == 0xff }) { return filter & 1 << 5 == 0 }
    if frame[0] & 1 != 0 { return filter & 1 << 4 != 0 }
    let own = (0..<6).map { index in
      let register = index < 4 ? Offset.addressLow : Offset.addressHigh
      return UInt8(truncatingIfNeeded: mac[register, default: 0] >> UInt64(8 * (index % 4)))
    }
    return destination.elementsEqual(own)
  }

  // MARK: Interrupts and time

  private func raise(_ bits: UInt64) {
    status |= bits
    drive()
  }

  // MARK: Link

  /// Plugs the cable in, or out.
  var isLinkUp = true {
    didSet {
      guard isLinkUp != oldValue else { return }
      if !isLinkUp { linkWasLost = true }
      linkPending = true
      drive()
    }
  }

  private var lineInterrupt: Bool { linkPending && mac[Offset.interruptMask, default: 0] & 1 == 0 }

  private func phyRegister(_ number: UInt64, of address: UInt64) -> UInt64 {
    guard address == 0 else { return 0xffff }
    switch number {
    // Status: all speeds up to 100 Mbit/s, extended status, negotiated; the link's bit stays 0 after a loss
    // until it has been read.
    case 1:
      defer { linkWasLost = false }
      return isLinkUp ? (linkWasLost ? 0x7969 : 0x796d) : 0x7949
    case 2: return 0x001c
    case 3: return 0xc916
    default: return 0
    }
  }

  private func drive() {
    let pending = status & enabledInterrupts
    let normal = pending & Status.normal != 0 && pending & Status.normalCauses != 0
    let abnormal =
      pending & Status.abnormal != 0
      && pending & ~(Status.normalCauses | Status.normal | Status.abnormal) != 0
    if (normal || abnormal || lineInterrupt) == isHigh { return }
    isHigh.toggle()
    interrupt(isHigh)
  }

  var nextEvent: UInt64? {
    switch (transmitTime, link.nextEvent) {
    case (let a?, let b?): min(a, b)
    case (let a, let b): a ?? b
    }
  }

  func advance(to now: UInt64) {
    if let time = transmitTime, time <= now {
      transmitTime = nil
      if !isStopped { transmitAll(now) }
    }
    link.advance(to: now)
  }
}
