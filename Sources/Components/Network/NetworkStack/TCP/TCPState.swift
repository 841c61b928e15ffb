// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A connection's state (RFC 9293, 3.3.2). LISTEN is missing: a listener has no peer.
enum TCPState: UInt8, BitwiseCopyable {
  case closed
  case synSent
  case synReceived
  case established
  case finWait1
  case finWait2
  case closeWait
  case closing
  case lastAck
  case timeWait

  /// Whether the peer may send data.
  @inline(__always)
  var canReceive: Bool { self == .established || self == .finWait1 || self == .finWait2 }

  /// Whether both sides know each other's sequence numbers.
  @inline(__always)
  var isSynchronised: Bool { rawValue >= TCPState.established.rawValue }

  /// Whether data or a FIN may have to be sent or retransmitted.
  @inline(__always)
  var canSend: Bool {
    switch self {
    case .established, .closeWait, .finWait1, .closing, .lastAck: true
    default: false
    }
  }
}

/// Why a connection ended.
public enum TCPFailure: Equatable, BitwiseCopyable, Sendable {
  /// The peer refused it.
  case refused
  /// The peer reset it.
  case reset
  /// The peer did not answer.
  case timedOut
  /// A router reported that the peer is unreachable, or there is no route to it.
  case unreachable
  /// Nothing was sent or received for longer than the idle limit.
  case idle
  /// There was no memory for its buffers.
  case noMemory
}
