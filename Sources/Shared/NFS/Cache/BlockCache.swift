// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Data of files in blocks of one READ each: what has been read, is being read, and was read ahead.
///
/// Memory: `capacity` blocks; one that was evicted lives on while an answer still shows it.
struct BlockCache: Sendable {
  enum State: Equatable, Sendable {
    case free
    /// A READ is to be made, or in flight.
    case loading
    case ready
    case failed(FileError)
  }

  struct Block: Sendable {
    var state = State.free
    var file: FileHandle?
    var number: UInt64 = 0
    /// The first answer's whole record, in which `range` is the data.
    var bytes: [UInt8] = []
    var range = 0..<0
    /// The file as it was when the block was read; nil where the server did not say.
    var attributes: FileAttributes?
    /// Good until then without another look at the file.
    var until: UInt64 = 0
    var lastUse: UInt64 = 0
    /// Counted up with each use of the place, so that late answers are told apart.
    var generation: UInt32 = 0
    /// The READ has not been made for want of room.
    var wantsCall = false
    /// Times that the server gave less than the block without saying that the file ends.
    var continuations = 0
    /// Read before anybody asked for it.
    var isAhead = false
  }

  var blocks: [Block]
  private var uses: UInt64 = 0

  init(capacity: Int) { blocks = [Block](repeating: Block(), count: capacity) }

  func find(_ file: FileHandle, _ number: UInt64) -> Int? {
    for index in blocks.indices
    where blocks[index].number == number && blocks[index].state != .free
      && blocks[index].file == file
    {
      return index
    }
    return nil
  }

  mutating func touch(_ index: Int) {
    uses &+= 1
    blocks[index].lastUse = uses
  }

  /// Takes a place for a block that is to be loaded: a free one, or the one that was not used for
  /// the longest time. Nil where all are being loaded.
  mutating func allocate(_ file: FileHandle, _ number: UInt64) -> Int? {
    var place: Int?
    var oldest = UInt64.max
    for index in blocks.indices where blocks[index].state != .loading {
      let use = blocks[index].state == .free ? 0 : blocks[index].lastUse
      if use < oldest {
        oldest = use
        place = index
      }
    }
    guard let place else { return nil }
    let generation = blocks[place].generation &+ 1
    blocks[place] = Block(
      state: .loading, file: file, number: number, generation: generation)
    touch(place)
    return place
  }

  mutating func free(_ index: Int) {
    let generation = blocks[index].generation &+ 1
    blocks[index] = Block(generation: generation)
  }

  /// Forgets what is known of a file, but not what is being loaded.
  mutating func removeAll(of file: FileHandle) {
    for index in blocks.indices
    where blocks[index].state != .loading && blocks[index].file == file {
      free(index)
    }
  }

  mutating func removeAll() {
    for index in blocks.indices where blocks[index].state != .loading { free(index) }
  }

  /// Adds the data of an answer to a block.
  mutating func append(_ record: [UInt8], _ range: Range<Int>, to index: Int) {
    if blocks[index].range.isEmpty {
      blocks[index].bytes = record
      blocks[index].range = range
    } else {
      var whole = Array(blocks[index].bytes[blocks[index].range])
      whole.append(copying: record.span.extracting(range))
      blocks[index].range = 0..<whole.count
      blocks[index].bytes = whole
    }
  }
}
