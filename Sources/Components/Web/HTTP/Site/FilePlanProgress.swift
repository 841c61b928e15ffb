// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// How much of a plan's body has been sent.
public struct FilePlanProgress: Sendable {
  /// The body, in order.
  public let pieces: [FilePlan.Piece]
  private var index = 0
  /// Bytes of the piece that were sent.
  private var position: UInt64 = 0

  /// Nothing has been sent.
  public init(_ pieces: [FilePlan.Piece]) { self.pieces = pieces }

  /// The piece being sent; nil behind the last one.
  public var piece: FilePlan.Piece? { index < pieces.count ? pieces[index] : nil }

  /// The piece is sent.
  public mutating func beginNextPiece() {
    index += 1
    position = 0
  }

  /// Passes the next bytes to `consume`, which returns how many it took.
  ///
  /// - Parameter file: passes bytes of the file to `consume`, from its first argument on and up to its
  ///   second at most. Returns how many were taken, or nil if the file has no such byte.
  public mutating func offer(
    _ consume: (Span<UInt8>) -> Int, file: (_ offset: UInt64, _ end: UInt64) -> Int?
  ) -> StreamStep {
    switch piece {
    case nil: return .end
    case .bytes(let bytes):
      let start = Int(clamping: position)
      position += UInt64(consume(bytes.span.extracting(start..<bytes.count)))
      if position == UInt64(bytes.count) { beginNextPiece() }
    case .file(let range):
      guard let count = file(range.lowerBound + position, range.upperBound) else { return .failed }
      position += UInt64(count)
      if range.lowerBound + position == range.upperBound { beginNextPiece() }
    }
    return .more
  }
}
