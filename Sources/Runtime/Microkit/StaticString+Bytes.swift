// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension StaticString {
  /// Byte `index` of the text in UTF-8; 0 beyond its end.
  public func byte(_ index: Int) -> UInt8 {
    guard hasPointerRepresentation, index >= 0, index < utf8CodeUnitCount else { return 0 }
    // Safety: the index is inside the text, which is constant memory.
    return unsafe utf8Start[index]
  }
}
