// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Where frames go. The stack never holds a frame that it could not send: it asks for a buffer and
/// writes straight into it.
public protocol FrameOutput: ~Copyable {
  /// Lends `write` a buffer of exactly `byteCount` bytes, 42...1514 for Ethernet, whatever is in
  /// them, and sends it. False, without calling `write`, when there is no buffer: the stack tries
  /// again at the next `poll`.
  mutating func send(_ byteCount: Int, _ write: (inout MutableRawSpan) -> Void) -> Bool
}
