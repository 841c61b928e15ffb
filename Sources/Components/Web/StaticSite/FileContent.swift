// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import HTTP
import Rings

/// The whole content of a small file, in buffers of the share. All buffers but the last are full.
final class FileContent: StoredBody {
  private let files: FileAccess
  private let buffers: [ShareBuffer]
  private let size: UInt64

  /// Buffers that the content of one file may take.
  static var limit: UInt64 { 8 }

  init(_ files: FileAccess, _ buffers: [ShareBuffer], size: UInt64) {
    self.files = files
    self.buffers = buffers
    self.size = size
  }

  deinit { for buffer in buffers { files.letGo(buffer) } }

  /// Passes bytes from `offset` on to `consume`, which returns how many it took: up to `end`, or to
  /// the end of the buffer that holds `offset`. Nil if the file has no byte at `offset`.
  override func offer(
    _ offset: UInt64, upTo end: UInt64, _ consume: (Span<UInt8>) -> Int
  ) -> Int? {
    let length = files.bufferByteCount
    let index = Int(clamping: offset / length)
    guard offset < min(end, size), index < buffers.count else { return nil }
    let start = offset % length
    let count = min(length - start, min(end, size) - offset)
    return files.share.withBytes(offset: buffers[index].offset + start, count: count, consume)
  }

  #if !hasFeature(Embedded)
    /// Nil, or what is wrong.
    func checkInvariants() -> String? {
      let length = files.bufferByteCount
      guard UInt64(buffers.count) == (size + length - 1) / length else {
        return "\(buffers.count) buffers of \(length) bytes for \(size) bytes"
      }
      return nil
    }
  #endif
}
