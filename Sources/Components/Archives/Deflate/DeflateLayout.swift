// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// How thoroughly a `Deflater` looks for matches, and how much memory it has for that (docs/archives.md).
public enum DeflateLevel: Sendable, CaseIterable {
  /// Takes the longest of the last few matches, as zlib's level 1 does.
  case fast
  /// Looks through more matches, and at the next byte's before it takes one, as zlib's level 6 does.
  case good
}

/// The sizes of a level's tables, as powers of two.
struct DeflateLayout {
  /// Bytes of the window.
  let window: Int
  /// Buckets by the hash of three bytes, or heads of chains by that of four.
  let heads: Int
  /// Links of the chains; nil if buckets are used.
  let links: Int?
  /// The last positions by the hash of three bytes; nil if there is no such table.
  let triples: Int?
  /// Tokens of a block.
  let tokens: Int

  init(_ level: DeflateLevel) {
    switch level {
    case .fast:
      (window, heads, links, triples, tokens) = (14, 12, nil, nil, 12)
    case .good:
      (window, heads, links, triples, tokens) = (15, 13, 15, 12, 13)
    }
  }

  /// Bytes of memory in all.
  var byteCount: Int {
    var count = DeflateWindow.byteCount(bits: window)
    count += 2 << tokens
    if let links { count += 2 << heads + 2 << links } else { count += 4 << heads }
    if let triples { count += 2 << triples }
    // Parts begin at multiples of 8.
    return count + 2 << DeflateTokens.countBits + DeflateCodes.byteCount + 64
  }
}
