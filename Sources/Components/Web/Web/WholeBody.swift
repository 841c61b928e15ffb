// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP

/// A request's body as it arrives, within what all bodies may hold.
final class WholeBody {
  private var bytes: [UInt8] = []
  private var isRefused = false
  private let memory: MemoryShare
  private static var growth: Int { 2048 }

  init(_ budget: MemoryBudget) { memory = MemoryShare(of: budget) }

  /// Whether there is memory for a body that is short.
  var hasRoom: Bool { memory.limit >= Self.growth }

  /// Appends bytes; without memory for them, the body is dropped.
  func append(_ new: Span<UInt8>) {
    guard !isRefused else { return }
    let needed = bytes.count + new.count
    if bytes.capacity < needed {
      let capacity = needed + max(Self.growth, needed / 8)
      guard capacity <= memory.limit else {
        isRefused = true
        bytes = []
        return memory.hold(0)
      }
      bytes.reserveCapacity(capacity)
      memory.hold(bytes.capacity)
    }
    bytes.append(copying: new)
  }

  /// The whole body, which this no longer holds; nil if it was dropped.
  func take() -> [UInt8]? {
    guard !isRefused else { return nil }
    defer {
      bytes = []
      memory.hold(0)
    }
    return bytes
  }
}
