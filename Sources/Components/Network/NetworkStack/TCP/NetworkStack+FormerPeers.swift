// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

// A program that begins again has none of its former connections. Their peers learn that at once if the program has kept who they were:
// a segment with impossible numbers makes them say what they expect (RFC 9293, 3.10.7.4), and the answer to that is a reset.

/// Who is at the other end of a connection, as it is kept for the program's next instance.
public struct FlowNote: Equatable, Sendable {
  /// The peer's IPv4 address in the upper half, its port, and ours in the lowest 16 bits; 0 for none.
  public var ends: UInt64
  /// The hardware address that frames to it have.
  public var hardware: UInt64

  /// A note as it was kept.
  public init(ends: UInt64, hardware: UInt64) {
    self.ends = ends
    self.hardware = hardware
  }
}

extension NetworkStack {
  /// The next connection that has come or gone since the last call, by a number below the limit of connections.
  public mutating func nextFlowNote() -> (number: Int, note: FlowNote)? {
    guard let index = changedFlows.pop() else { return nil }
    var note = FlowNote(ends: 0, hardware: 0)
    if connections[index].isUsed, connections[index].isListed {
      switch connections[index].remote.address {
      case .v4(let there):
        note.ends =
          UInt64(there.value) << 32 | UInt64(connections[index].remote.port) << 16
          | UInt64(connections[index].local.port)
      }
      note.hardware = connections[index].hardware.value
    }
    return (index, note)
  }

  /// Makes the peer of a former instance's connection end it. Does nothing without an address. False if no buffer was free.
  public mutating func alarm<Output: FrameOutput & ~Copyable>(
    formerPeer note: FlowNote, into output: inout Output
  ) -> Bool {
    guard let source = address?.address, note.ends != 0, note.hardware != 0 else { return true }
    let destination = IPv4Address(UInt32(truncatingIfNeeded: note.ends >> 32))
    // Sequence numbers that are half the space away from those of a peer at 0 are as likely as others to lie in its window: never, in
    // practice, and then it takes our answer's acknowledgement for what it is.
    let header = TCPHeader(
      sourcePort: UInt16(truncatingIfNeeded: note.ends),
      destinationPort: UInt16(truncatingIfNeeded: note.ends >> 16),
      sequence: SequenceNumber(random32()), acknowledgement: SequenceNumber(0), flags: .ack,
      window: 0)
    let ethernet = EthernetHeader(
      destination: MACAddress(note.hardware), source: configuration.hardware, type: .ipv4)
    let isSent = output.send(34 + TCPHeader.byteCount) { frame in
      ethernet.write(to: &frame)
      IPv4Header(
        source: source, destination: destination, protocol: .tcp,
        payloadByteCount: TCPHeader.byteCount
      ).write(to: &frame, at: 14)
      header.write(to: &frame, at: 34)
      TCPHeader.seal(&frame, at: 34, from: source, to: destination)
    }
    if isSent { counters.framesOut &+= 1 }
    return isSent
  }
}
