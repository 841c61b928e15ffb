// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Records frames for Wireshark and tcpdump (pcap with nanoseconds; draft-ietf-opsawg-pcap).
public final class PcapWriter {
  private let sink: ([UInt8]) -> Void

  /// - Parameter sink: receives the file's bytes, the header at once and then one frame at a time.
  public init(sink: @escaping ([UInt8]) -> Void) {
    self.sink = sink
    // Magic number, version 2.4, two reserved words, snapshot length, link type Ethernet.
    sink(bytes(0xa1b2_3c4d) + [2, 0, 4, 0] + bytes(0) + bytes(0) + bytes(65_536) + bytes(1))
  }

  func record(_ frame: [UInt8], at time: UInt64) {
    let (seconds, rest) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
    let count = UInt32(frame.count)
    sink(
      bytes(UInt32(truncatingIfNeeded: seconds)) + bytes(UInt32(rest)) + bytes(count)
        + bytes(count) + frame)
  }
}

private func bytes(_ value: UInt32) -> [UInt8] {
  (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
