// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel

/// The symbols of one image that the tool sets: each may get one value.
struct SymbolSet {
  private var symbols: Set<String> = []

  mutating func add(
    _ symbol: String?, at location: SourceLocation?, _ context: inout CheckContext
  ) {
    guard let symbol, !symbols.insert(symbol).inserted else { return }
    context.report(
      .duplicateSymbol, at: location, "symbol '\(symbol)' gets a second value",
      fix: "use another symbol")
  }
}
