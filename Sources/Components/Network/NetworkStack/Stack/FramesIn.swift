// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

// Frames in, from the link to the sockets.
extension NetworkStack {
  /// Takes a frame that has arrived; it is only looked at during the call. `isChecked` says that the
  /// device has verified the checksum of what IP carries. What comes back has to be taken out of the
  /// frame before the next call.
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
    // Safety: a frame that was parsed has its header.
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
