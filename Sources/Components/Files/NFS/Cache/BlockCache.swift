// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

/// A cache of file data in blocks of one READ each, including blocks that are being loaded or were read ahead.
///
/// Memory: ready blocks hold at most `byteLimit` bytes, counting their whole records. An evicted block lives on while a
/// result refers to it. Blocks that are being loaded come on top.
struct BlockCache: Sendable {
  enum State: Equatable, Sendable {
    case free
    /// Its READ is in flight, or waits for room.
    case loading
    case ready
    case failed(FileError)
  }

  struct Block: Sendable {
    var state = State.free
    var file: FileHandle?
    var number: UInt64 = 0
    /// The whole record of the first reply; `range` is the data in it.
    var bytes: [UInt8] = []
    var range = 0..<0
    /// Attributes of the file that were known when the READ was sent.
    var before: FileAttributes?
    /// Attributes of the version that the data belongs to; nil if the server sent none, or if the file changed during
    /// the READ, so that the data may belong to either version.
    var attributes: FileAttributes?
    /// Time until which the block is valid without checking the file; while `wantsCall`, when to send the READ.
    var until = Instant.start
    /// Incremented with each use of the slot, so that late replies are recognised.
    var generation: UInt32 = 0
    /// The READ waits for room, or until `until`.
    var wantsCall = false
    /// How often the server returned less than was asked for before the end of the file.
    var continuations = 0
    /// Whether it was read ahead.
    var isAhead = false
  }

  var blocks: [Block]
  let byteLimit: Int
  /// Bytes in ready blocks.
  private(set) var byteCount = 0
  // Blocks that are not free, by their last use, and free ones.
  private var order: UseOrder
  private var freeSlots: [Int32]
  // Chains of slots with the same hash; -1 ends a chain.
  private var heads = [Int32](repeating: -1, count: 256)
  private var links: [Int32]

  init(capacity: Int, byteLimit: Int) {
    blocks = [Block](repeating: Block(), count: capacity)
    links = [Int32](repeating: -1, count: capacity)
    order = UseOrder(capacity: capacity)
    freeSlots = (0..<Int32(capacity)).reversed()
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
    if blocks[index].state != .free { order.use(index) }
  }

  /// Allocates a slot for a block that is to be loaded, evicting the least recently used block if none is free. Nil if
  /// all slots are being loaded.
  mutating func allocate(_ file: FileHandle, _ number: UInt64) -> Int? {
    if freeSlots.isEmpty {
      guard let oldest = oldest(where: { $0 != .loading }) else { return nil }
      free(oldest)
    }
    guard let slot = freeSlots.popLast() else { return nil }
    let place = Int(slot)
    order.add(place)
    let chain = chain(file, number)
    blocks[place].state = .loading
    blocks[place].file = file
    blocks[place].number = number
    links[place] = heads[chain]
    heads[chain] = Int32(place)
    return place
  }

  /// The least recently used block in such a state. Of blocks in other states there are few: those that are being loaded,
  /// and those whose READ failed.
  private func oldest(where isRight: (State) -> Bool) -> Int? {
    var next = order.oldest
    while let index = next, !isRight(blocks[index].state) { next = order.next(after: index) }
    return next
  }

  mutating func free(_ index: Int) {
    if blocks[index].state == .free { return }
    unlink(index)
    order.remove(index)
    freeSlots.append(Int32(index))
    if blocks[index].state == .ready { byteCount -= blocks[index].bytes.count }
    let generation = blocks[index].generation &+ 1
    blocks[index] = Block(generation: generation)
  }

  /// Ends the loading of a block with `state`, evicting others if the cache exceeds its limit.
  mutating func finish(_ index: Int, _ state: State) {
    if state == .ready {
      byteCount += blocks[index].bytes.count
      blocks[index].state = .loading
      while byteCount > byteLimit, let other = oldest(where: { $0 == .ready }) {
        free(other)
      }
    }
    blocks[index].state = state
  }

  /// Removes the blocks of a file, except those that are being loaded.
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

  /// Appends the data of a reply to a block.
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
      let used = blocks.indices.filter { blocks[$0].state != .free }
      guard order.checkedSlots?.sorted() == used else { return "the order of use is damaged" }
      guard freeSlots.map(Int.init).sorted() == blocks.indices.filter({ !used.contains($0) }) else {
        return "free blocks are not those that are listed"
      }
      if held != byteCount { return "blocks hold \(held) bytes, but \(byteCount) are counted" }
      return byteCount > byteLimit && readyCount > 1 ? "blocks hold too much: \(byteCount)" : nil
    }
  }
#endif
