// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import Wire

// Answers to pings, with all of their data (RFC 1122, 3.2.2.6).
extension NetworkStack {
  mutating func answerEcho<Output: FrameOutput & ~Copyable>(
    _ request: RawSpan, _ reply: ICMPMessage, _ origin: Origin, into output: inout Output
  ) {
    let data = request.extracting(ICMPMessage.headerByteCount..<request.byteCount)
    guard request.byteCount + IPv4Header.byteCount > unit else {
      sendToSender(origin, .icmp, request.byteCount, into: &output) { frame, start in
        frame.copy(data, to: start + ICMPMessage.headerByteCount)
        reply.write(to: &frame, at: start)
      }
      return
    }
    // In fragments of a multiple of 8 bytes; the last of 8 at least, as shorter frames are not sent.
    let most = (unit - IPv4Header.byteCount) & ~7
    var offset = 0
    while offset < request.byteCount {
      var end = min(offset + most, request.byteCount)
      if end < request.byteCount, request.byteCount - end < 8 { end -= 8 }
      let isLast = end == request.byteCount
      // The sender has chosen a number that nothing else between the two of us has (RFC 6864, 4.3).
      let fragment = Fragment(
        identification: origin.header.identification,
        field: UInt16(truncatingIfNeeded: offset / 8) | (isLast ? 0 : 0x2000))
      let isSent = sendToSender(origin, .icmp, end - offset, fragment, into: &output) {
        frame, start in
        let header = offset == 0 ? ICMPMessage.headerByteCount : 0
        frame.copy(request.extracting(offset + header..<end), to: start + header)
        if offset == 0 { reply.write(to: &frame, at: start, before: data) }
      }
      // Without the rest nobody can use what has gone.
      guard isSent else { return }
      offset = end
    }
  }
}

/// What a packet's header says of it as a part of a larger one.
struct Fragment: BitwiseCopyable {
  var identification: UInt16
  /// Flags and offset, as on the wire.
  var field: UInt16
}
