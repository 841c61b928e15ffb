// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Data of files in blocks of one READ each: what has been read, is being read, and was read ahead.
///
/// Memory: blocks that are ready hold `byteLimit` bytes at most, whole records counted; one that
/// was evicted lives on while an answer still shows it. On top come those that are being loaded.
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
    /// The file as it was known to be when the READ was made.
    var before: FileAttributes?
    /// The file as it was from before the block was read until after; nil where the server did not say, or where it
    /// changed meanwhile, so that the data may be of either version.
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
  let byteLimit: Int
  /// Bytes that ready blocks hold.
  private(set) var byteCount = 0
  private var uses: UInt64 = 0
  // Chains of the places whose blocks have the same hash; -1 ends one.
  private var heads = [Int32](repeating: -1, count: 256)
  private var links: [Int32]

  init(capacity: Int, byteLimit: Int) {
    blocks = [Block](repeating: Block(), count: capacity)
    links = [Int32](repeating: -1, count: capacity)
    self.byteLimit = byteLimit
  }

  private func chain(_ file: FileHandle, _ number: UInt64) -> Int {
    Int((file.hash ^ number &* 0x9e37_79b9_7f4a_7c15 >> 32) & 0xff)
  }

  func find(_ file: FileHandle, _ number: UInt64) -> Int? {
    var index = Int(heads[chain(file, number)])
    while index >= 0 {
      if blocks[index].number == number, blocks[index].file == file { return index }
      index = Int(links[index])
    }
    return nil
  }

  private mutating func unlink(_ index: Int) {
    guard let file = blocks[index].file else { return }
    let chain = chain(file, blocks[index].number)
    if heads[chain] == Int32(index) {
      heads[chain] = links[index]
      return
    }
    var before = Int(heads[chain])
    while before >= 0 {
      let next = Int(links[before])
      if next == index {
        links[before] = links[index]
        return
      }
      before = next
    }
  }

  mutating func touch(_ index: Int) {
    uses &+= 1
    blocks[index].lastUse = uses
  }

  /// Takes a place for a block that is to be loaded: a free one, or the one that was not used for
  /// the longest time. Nil where all are being loaded.
  mutating func allocate(_ file: FileHandle, _ number: UInt64) -> Int? {
    guard let place = oldest() else { return nil }
    free(place)
    let chain = chain(file, number)
    blocks[place].state = .loading
    blocks[place].file = file
    blocks[place].number = number
    links[place] = heads[chain]
    heads[chain] = Int32(place)
    touch(place)
    return place
  }

  /// The place that is free, or was not used for the longest time, and is not being loaded.
  private func oldest() -> Int? {
    var place: Int?
    var oldest = UInt64.max
    for index in blocks.indices where blocks[index].state != .loading {
      if blocks[index].state == .free { return index }
      if blocks[index].lastUse < oldest {
        oldest = blocks[index].lastUse
        place = index
      }
    }
    return place
  }

  mutating func free(_ index: Int) {
    unlink(index)
    if blocks[index].state == .ready { byteCount -= blocks[index].bytes.count }
    let generation = blocks[index].generation &+ 1
    blocks[index] = Block(generation: generation)
  }

  /// A block is loaded, or will not be. Others make room where it takes too much.
  mutating func finish(_ index: Int, _ state: State) {
    if state == .ready {
      byteCount += blocks[index].bytes.count
      blocks[index].state = .loading
      while byteCount > byteLimit, let other = oldestReady() { free(other) }
    }
    blocks[index].state = state
  }

  private func oldestReady() -> Int? {
    var place: Int?
    var oldest = UInt64.max
    for index in blocks.indices
    where blocks[index].state == .ready && blocks[index].lastUse < oldest {
      oldest = blocks[index].lastUse
      place = index
    }
    return place
  }

  /// Forgets what is known of a file, but not what is being loaded.
  mutating func removeAll(of file: FileHandle) {
    for index in blocks.indices
    where blocks[index].state != .loading && blocks[index].file == file {
      free(index)
    }
  }

  mutating func removeAll() {
    for index in blocks.indices
    where blocks[index].state != .loading && blocks[index].state != .free { free(index) }
  }

  /// Adds the data of an answer to a block.
  mutating func append(_ record: [UInt8], _ range: Range<Int>, to index: Int) {
    if blocks[index].range.isEmpty {
      blocks[index].bytes = record
      blocks[index].range = range
    } else {
      let old = blocks[index].bytes
      var whole = [UInt8](copying: old.span.extracting(blocks[index].range))
      whole.append(copying: record.span.extracting(range))
      blocks[index].range = 0..<whole.count
      blocks[index].bytes = whole
    }
  }
}

#if !hasFeature(Embedded)
  extension BlockCache {
    /// What is inconsistent in this state, or nil; for tests.
    func checkInvariants() -> String? {
      var chained = [Bool](repeating: false, count: blocks.count)
      for (hash, head) in heads.enumerated() {
        var index = Int(head)
        while index >= 0 {
          if chained[index] { return "block \(index) is in two chains, or a chain is a circle" }
          chained[index] = true
          guard let file = blocks[index].file, chain(file, blocks[index].number) == hash else {
            return "block \(index) is in the wrong chain"
          }
          index = Int(links[index])
        }
      }
      var (held, readyCount) = (0, 0)
      for (index, block) in blocks.enumerated() {
        if chained[index] == (block.state == .free) { return "block \(index): chained while free" }
        if (block.file == nil) != (block.state == .free) { return "block \(index): file and state" }
        if block.wantsCall, block.state != .loading { return "block \(index) wants a call" }
        if block.range.upperBound > block.bytes.count { return "block \(index): range of data" }
        guard block.state == .ready else { continue }
        held += block.bytes.count
        readyCount += 1
      }
      if held != byteCount { return "blocks hold \(held) bytes, but \(byteCount) are counted" }
      return byteCount > byteLimit && readyCount > 1 ? "blocks hold too much: \(byteCount)" : nil
    }
  }
#endif
