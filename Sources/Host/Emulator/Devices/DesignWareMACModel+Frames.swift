// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// How frames move between the descriptors and the cable.
extension DesignWareMACModel {
  // MARK: Transmitting

  /// Transmits the frames of all descriptors that belong to the device.
  func transmitAll(_ now: UInt64) {
    var frame: [UInt8] = []
    do throws(BusError) {
      // The limit ends a cyclic chain whose descriptors the driver keeps handing over.
      for _ in 0..<4096 {
        let descriptor = try descriptor(at: transmitRing.current)
        guard descriptor.isOwned else {
          return raise(Status.noTransmitBuffer | Status.normal)
        }
        // Bits 29, 30 and 31: first segment, last segment, interrupt on completion.
        if descriptor.control & 1 << 29 != 0 { frame = [] }
        for (address, count) in [
          (descriptor.buffer, descriptor.size), (descriptor.second, descriptor.secondSize),
        ] where count > 0 {
          frame += UnsafeRawBufferPointer(start: try pointer(address, count), count: count)
        }
        returnToDriver(descriptor, status: descriptor.status & ~Self.own)
        advance(&transmitRing, past: descriptor)
        if descriptor.control & 1 << 30 != 0 {
          transmit(frame, checksums: descriptor.control >> 27 & 3, now)
          frame = []
        }
        if descriptor.control & 1 << 31 != 0 { raise(Status.transmitted | Status.normal) }
      }
    } catch {
      fail(error)
    }
  }

  private func transmit(_ frame: [UInt8], checksums: UInt32, _ now: UInt64) {
    guard frame.count >= 14, frame.count <= 9018 else {
      return report("dwmac is given a frame of \(frame.count) bytes")
    }
    guard mac[Offset.configuration, default: 0] & 1 << 3 != 0 else {
      return report("dwmac is given a frame while its transmitter is off")
    }
    var frame = frame
    if checksums != 0 { insertChecksums(into: &frame, payload: checksums > 1) }
    frame += [UInt8](repeating: 0, count: max(0, 60 - frame.count))
    link.transmit(frame, now: now)
  }

  // MARK: Receiving

  /// Stores a frame from the cable if the receiver and its DMA run and the filter accepts it.
  func receive(_ frame: [UInt8]) {
    let configuration = mac[Offset.configuration, default: 0]
    guard configuration & 1 << 2 != 0, operationMode & OperationMode.startReceive != 0,
      !isStopped, accepts(frame)
    else { return }
    var bytes = frame + [UInt8](repeating: 0, count: max(0, 60 - frame.count))
    // The check sequence is stored too, unless CST (for type fields) or ACS (for length fields) is set.
    let type = UInt16(bytes[12]) << 8 | UInt16(bytes[13])
    let strips = type >= 0x600 ? configuration & 1 << 25 != 0 : configuration & 1 << 7 != 0
    if !strips { bytes += checkSequence(of: bytes) }
    do throws(BusError) {
      try store(bytes)
    } catch {
      fail(error)
    }
  }

  /// Stores a frame in as many descriptors as it needs, truncating it if the next one belongs to the driver.
  /// Each descriptor's length is that of the frame so far.
  private func store(_ frame: [UInt8]) throws(BusError) {
    // The watchdog cuts frames off, since jumbo frames are not enabled.
    let bytes = frame.prefix(Self.longestFrame)
    let isCut = bytes.count < frame.count
    var rest = bytes
    while !rest.isEmpty {
      let descriptor = try descriptor(at: receiveRing.current)
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
      returnToDriver(descriptor, status: status)
      advance(&receiveRing, past: descriptor)
      if !rest.isEmpty, !(try self.descriptor(at: receiveRing.current).isOwned) {
        returnToDriver(
          descriptor,
          status: status | ReceiveStatus.last | ReceiveStatus.error | ReceiveStatus.truncated)
        raise(Status.noReceiveBuffer | Status.abnormal)
        break
      }
    }
    raise(Status.received | Status.normal)
  }

  /// Bytes at which the watchdog cuts a frame off.
  private static let longestFrame = 2048

  /// Bits of RDES0.
  private enum ReceiveStatus {
    static let watchdog: UInt32 = 1 << 4
    static let last: UInt32 = 1 << 8
    static let first: UInt32 = 1 << 9
    static let truncated: UInt32 = 1 << 14
    static let error: UInt32 = 1 << 15
  }

  /// Moves the beginning of `rest` into a descriptor's buffers.
  ///
  /// - Returns: whether the buffers have any room.
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

  /// The address filter: promiscuous and receive-all modes, broadcast, all multicast, own address.
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
}
