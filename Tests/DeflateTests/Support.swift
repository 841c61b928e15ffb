// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CZlib
import Deflate

/// Raw DEFLATE with zlib at its defaults.
func zlibDeflated(_ input: [UInt8], level: Int32) -> [UInt8] {
  var stream = z_stream()
  let size = Int32(MemoryLayout<z_stream>.size)
  guard
    unsafe deflateInit2_(
      &stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
  else { return [] }
  defer { unsafe deflateEnd(&stream) }
  var source = input
  var output = [UInt8](repeating: 0, count: input.count + input.count / 100 + 64)
  let count = unsafe source.withUnsafeMutableBufferPointer { source in
    unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe stream.next_in = source.baseAddress
      unsafe stream.avail_in = UInt32(source.count)
      unsafe stream.next_out = target.baseAddress
      unsafe stream.avail_out = UInt32(target.count)
      _ = unsafe deflate(&stream, Z_FINISH)
      return unsafe Int(stream.total_out)
    }
  }
  return Array(output[..<count])
}

/// What zlib makes of raw DEFLATE; nil if it is not right, or does not end with the input.
///
/// - Parameters:
///   - limit: bytes of output at most.
///   - ends: whether the stream must end; otherwise, all input must be used.
func inflated(_ input: [UInt8], atMost limit: Int, ends: Bool = true) -> [UInt8]? {
  var stream = z_stream()
  guard
    unsafe inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  else { return nil }
  defer { unsafe inflateEnd(&stream) }
  var source = input
  var output = [UInt8](repeating: 0, count: limit + 1)
  let (status, count, rest) = unsafe source.withUnsafeMutableBufferPointer { source in
    unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe stream.next_in = source.baseAddress
      unsafe stream.avail_in = UInt32(source.count)
      unsafe stream.next_out = target.baseAddress
      unsafe stream.avail_out = UInt32(target.count)
      let status = unsafe inflate(&stream, ends ? Z_FINISH : Z_SYNC_FLUSH)
      return unsafe (status, Int(stream.total_out), stream.avail_in)
    }
  }
  guard status == (ends ? Z_STREAM_END : Z_OK), rest == 0, count <= limit else { return nil }
  return Array(output[..<count])
}

/// The sizes of pieces of input and of room for output, one after the other, in turn.
struct Pieces {
  var input: () -> Int
  var room: () -> Int

  static var whole: Pieces { Pieces(input: { Int.max }, room: { 1 << 20 }) }
}

extension Deflater {
  /// Compresses `input`, and does what `flush` says after its last byte.
  mutating func compress(_ input: [UInt8], _ flush: Flush = .finish, in pieces: Pieces = .whole)
    -> [UInt8]
  {
    var output: [UInt8] = []
    var consumed = 0
    var isDone = false
    while !isDone || consumed < input.count {
      let end = consumed + Swift.min(Swift.max(pieces.input(), 1), input.count - consumed)
      let flush = end == input.count ? flush : .none
      repeat {
        let room = pieces.room()
        output.append(addingCapacity: room) { span in
          let before = span.count
          let progress = compress(input.span.extracting(consumed..<end), into: &span, flush)
          precondition(progress.produced == span.count - before && progress.produced <= room)
          precondition(progress.isDone || span.count == room || span.freeCapacity < 8)
          consumed += progress.consumed
          isDone = progress.isDone
        }
      } while !isDone
    }
    return output
  }
}

/// `input` as one stream.
func deflated(_ input: [UInt8], _ level: DeflateLevel, in pieces: Pieces = .whole) -> [UInt8] {
  var deflater = Deflater(level: level)
  return deflater.compress(input, in: pieces)
}
