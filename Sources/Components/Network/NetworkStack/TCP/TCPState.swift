// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The state of a connection (RFC 9293, 3.3.2). LISTEN is not one: a listener has no peer.
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

  /// Whether there may be data, or a FIN, that has to be sent or is not acknowledged.
  @inline(__always)
  var canSend: Bool {
    switch self {
    case .established, .closeWait, .finWait1, .closing, .lastAck: true
    default: false
    }
  }
}

/// Why a connection is no more.
public enum TCPFailure: Equatable, BitwiseCopyable, Sendable {
  /// The peer refused it.
  case refused
  /// The peer broke it off.
  case reset
  /// The peer did not answer.
  case timedOut
  /// A router, or the lack of one, says that the peer cannot be reached.
  case unreachable
  /// Nothing was sent or received for longer than the idle limit.
  case idle
  /// There was no memory for its buffers.
  case noMemory
}
