// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A body of stated length whose bytes lie in memory already: in a share, say. They go to the
/// transport from there (`Server.sendDirectly`), or into the connection's output where there is no
/// such transport.
///
/// A class to be derived from, as there are no existential values in a protection domain.
open class BodySource {
  public init() {}

  /// Shows the bytes that come next, in one piece; `take` returns how many of them it took, and the
  /// others are shown again.
  ///
  /// - Returns: `more` where bytes were shown; `wait` where there are none yet; `failed` where there
  ///   never will be.
  open func show(_ take: (Span<UInt8>) -> Int) -> StreamStep { .end }
}
