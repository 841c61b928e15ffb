// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The frame check sequence as transmitted (IEEE 802.3, 3.2.9): CRC-32, least significant byte first.
func checkSequence(of frame: [UInt8]) -> [UInt8] {
  var crc: UInt32 = 0xffff_ffff
  for byte in frame { crc = crc >> 8 ^ crcTable[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
  crc = ~crc
  return (0..<4).map { UInt8(truncatingIfNeeded: crc >> (8 * $0)) }
}

private let crcTable: [UInt32] = (0..<256).map { index in
  (0..<8).reduce(UInt32(index)) { value, _ in
    value & 1 != 0 ? value >> 1 ^ 0xedb8_8320 : value >> 1
  }
}

/// Inserts the checksums that a network card is asked to compute into an IPv4 packet: the header's and, with
/// `payload`, that of TCP, UDP or ICMP. Other frames are left unchanged.
func insertChecksums(into frame: inout [UInt8], payload: Bool) {
  let start = 14
  guard frame.count >= start + 20, frame[12] == 8, frame[13] == 0, frame[start] >> 4 == 4 else {
    return
  }
  let headerSize = Int(frame[start] & 15) * 4
  let total = Int(frame[start + 2]) << 8 | Int(frame[start + 3])
  guard headerSize >= 20, total >= headerSize, frame.count >= start + total else { return }
  put(0, at: start + 10, in: &frame)
  put(~onesSum(frame[start..<start + headerSize]), at: start + 10, in: &frame)

  let isFragment = frame[start + 6] & 0x3f != 0 || frame[start + 7] != 0
  let transport = start + headerSize
  let length = total - headerSize
  let offset: Int? =
    switch frame[start + 9] {
    case 1 where length >= 4: 2
    case 6 where length >= 20: 16
    case 17 where length >= 8: 6
    default: nil
    }
  guard payload, !isFragment, let offset else { return }
  put(0, at: transport + offset, in: &frame)
  var pseudo: [UInt8] = []
  if frame[start + 9] != 1 {
    pseudo =
      frame[start + 12..<start + 20] + [0, frame[start + 9]]
      + [UInt8(length >> 8), UInt8(length & 0xff)]
  }
  var sum = ~onesSum((pseudo + frame[transport..<transport + length])[...])
  // In UDP, 0 means no checksum (RFC 768).
  if sum == 0, frame[start + 9] == 17 { sum = 0xffff }
  put(sum, at: transport + offset, in: &frame)
}

private func put(_ value: UInt16, at index: Int, in frame: inout [UInt8]) {
  frame[index] = UInt8(value >> 8)
  frame[index + 1] = UInt8(value & 0xff)
}

/// The Internet checksum (RFC 1071) before its final complement.
private func onesSum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
  var sum: UInt32 = 0
  var index = bytes.startIndex
  while index < bytes.endIndex {
    let low = index + 1 < bytes.endIndex ? bytes[index + 1] : 0
    sum += UInt32(bytes[index]) << 8 | UInt32(low)
    index += 2
  }
  while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
  return UInt16(sum)
}
