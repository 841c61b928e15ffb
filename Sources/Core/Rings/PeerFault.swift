// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a peer's index says about the peer. A peer that keeps to the protocol never causes one.
///
/// Recovery: none by itself. After a fault nothing in the ring can be trusted, so its user leaves
/// the ring alone and counts the fault, and goes on serving everybody else. When the peer is known
/// to have started anew, `resynchronise()` makes the ring empty and usable again.
public enum PeerFault: Error, Equatable, Sendable {
  /// The index implies more elements, or more room, than the ring has slots.
  case beyondCapacity
  /// The index went backwards: what had been handed over was taken back.
  case movedBack
}
