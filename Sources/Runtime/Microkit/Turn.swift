// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Lets every domain of the same priority that can run do so before this one goes on. What waits for the next receive
/// goes out first.
///
/// For a domain whose budget is its period. With a shorter budget it gives up what is left of that, and waits until it
/// is given back (sel4, `handleYield`).
public func yieldTurn() {
  Deferred.flush()
  Kernel.yield()
}
