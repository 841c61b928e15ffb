// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// An impossible index that a peer wrote. A peer that follows the protocol never causes one.
///
/// After a fault nothing in the ring can be trusted. The user of the ring counts the fault, leaves the
/// ring alone and continues to serve other peers. Once the peer is known to have restarted,
/// `resynchronise()` empties the ring and makes it usable again.
public enum PeerFault: Error, Equatable, Sendable {
  /// The index implies more elements, or more room, than the ring has slots.
  case beyondCapacity
  /// The index moved backwards: the peer took back what it had handed over.
  case movedBack
}
