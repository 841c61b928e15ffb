// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

// Frames in: from the link to ARP and IPv4. `FramesOut` is the counterpart.
extension NetworkStack {
  /// Processes a received frame, which is borrowed for this call only. `isChecked`: the device has
  /// verified the checksum of what IP carries. The owner must use a delivery's bytes, which lie in
  /// the frame, before the next call.
  public mutating func receive<Output: FrameOutput & ~Copyable>(
    _ frame: RawSpan, isChecked: Bool = false, now: Instant, into output: inout Output
  ) -> Delivery {
    counters.framesIn &+= 1
    guard let ethernet = EthernetHeader(parsing: frame) else {
      counters.malformed &+= 1
      return .nothing
    }
    let isOurs = ethernet.destination == configuration.hardware
    guard isOurs || ethernet.destination == .broadcast else {
      counters.ignored &+= 1
      return .nothing
    }
    // Safety: a parsed frame contains its header.
    let packet = unsafe frame.extracting(
      unchecked: Range(uncheckedBounds: (ethernet.headerByteCount, frame.byteCount)))
    if ethernet.type == .ipv4 {
      return receiveIPv4(
        packet, in: frame, ethernet, isOurs: isOurs, isChecked: isChecked, now: now, into: &output)
    }
    if ethernet.type == .arp {
      receiveARP(packet, now: now, into: &output)
    } else {
      counters.ignored &+= 1
    }
    return .nothing
  }
}
