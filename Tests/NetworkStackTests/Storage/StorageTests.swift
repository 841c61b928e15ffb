// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TestSupport
import Testing
import Time
import Wire

@testable import NetworkStack

@Suite struct StorageTests {
  /// Blocks never overlap, everything is returned, and the whole pool can be lent again.
  @Test func bufferPool() {
    var random = SeededGenerator(seed: 3)
    for size in [1024, 5000, 65536, 100_000] {
      var pool = BufferPool(byteCount: size)
      let all = pool.freeByteCount
      #expect(all == size / 1024 * 1024)
      var lent: [Block] = []
      var used = [Bool](repeating: false, count: size)
      for _ in 0..<3000 {
        if random.chance(550), let block = pool.allocate(1 + random.below(9000)) {
          for index in block.start..<block.start + block.byteCount {
            guard index < size, !used[index] else {
              Issue.record("\(block) overlaps")
              return
            }
            used[index] = true
          }
          lent.append(block)
        } else if !lent.isEmpty {
          var block = lent.remove(at: random.below(lent.count))
          for index in block.start..<block.start + block.byteCount { used[index] = false }
          pool.free(&block)
          #expect(block.isNone)
        }
        let free = pool.freeByteCount
        guard free == all - lent.reduce(0, { $0 + $1.byteCount }) else {
          Issue.record("\(free) free")
          return
        }
      }
      for index in lent.indices { pool.free(&lent[index]) }
      var again: [Block] = []
      while let block = pool.allocate(1024) { again.append(block) }
      #expect(again.count == size / 1024)
      let nothing = pool.freeByteCount
      #expect(nothing == 0)
    }
  }

  /// Early connections leave enough for later ones: a thousand get both buffers.
  @Test func theLastConnectionGetsBuffersToo() {
    var pool = BufferPool(byteCount: 8 << 20, blocks: 2000)
    var connection = Connection()
    connection.settings.receiveByteCount = 8192
    connection.settings.sendByteCount = 65536
    var sizes: [Int] = []
    for _ in 0..<1000 {
      guard connection.allocateBuffers(from: &pool) else { break }
      sizes.append(connection.sendBuffer.byteCount)
      connection.sendBuffer = Block()
      connection.receiveBuffer = Block()
    }
    #expect(sizes.count == 1000)
    #expect(sizes.first == 65536 && sizes.last == 2048)
    // Most of the unreserved half goes to the first, in full size.
    #expect(sizes.prefix(30).allSatisfy { $0 == 65536 })
  }

  @Test func rings() {
    var pool = BufferPool(byteCount: 4096)
    _ = pool.allocate(1024)
    guard let block = pool.allocate(1024) else {
      Issue.record("no block")
      return
    }
    var random = SeededGenerator(seed: 5)
    for _ in 0..<500 {
      let bytes = random.bytes(random.below(1025))
      let number = UInt32(truncatingIfNeeded: random.next())
      pool.copyIn(bytes.span.bytes, to: block, at: number)
      var back = [UInt8](repeating: 0, count: bytes.count + 8)
      var sum = InternetChecksum()
      back.withBytes { pool.copyOut(bytes.count, of: block, at: number, to: &$0, 4, &sum) }
      #expect(Array(back[4..<4 + bytes.count]) == bytes)
      var whole = InternetChecksum()
      whole.add(bytes.span.bytes)
      #expect(sum.value == whole.value)
    }
  }

  @Test func indexQueue() {
    var queue = IndexQueue(limit: 100)
    var model: [Int] = []
    var random = SeededGenerator(seed: 6)
    for _ in 0..<5000 {
      let index = random.below(100)
      switch random.below(6) {
      case 0...2:
        queue.push(index)
        if !model.contains(index) { model.append(index) }
      case 3:
        queue.remove(index)
        model.removeAll { $0 == index }
      default:
        let popped = queue.pop()
        #expect(popped == (model.isEmpty ? nil : model.removeFirst()))
      }
      let (first, count, contains) = (queue.first, queue.count, queue.contains(index))
      guard first == model.first, count == model.count, contains == model.contains(index) else {
        Issue.record("\(index): \(count), not \(model)")
        return
      }
    }
  }

  @Test func indexSets() {
    var sets = IndexSets(sets: 5, limit: 30)
    var model: [Int: Int] = [:]
    var random = SeededGenerator(seed: 10)
    for _ in 0..<5000 {
      let (index, set) = (random.below(30), random.below(5))
      switch random.below(4) {
      case 0...1:
        let old = sets.remove(index)
        #expect(old == model[index])
        sets.insert(index, into: set)
        model[index] = set
      case 2:
        let old = sets.remove(index)
        #expect(old == model.removeValue(forKey: index))
      default:
        let popped = sets.pop(from: set)
        #expect(popped.map { model.removeValue(forKey: $0) == set } ?? !model.values.contains(set))
      }
      let (isEmpty, found) = (sets.isEmpty(set), sets.set(of: index))
      guard isEmpty == !model.values.contains(set), found == model[index] else {
        Issue.record("\(index), \(set): not \(model)")
        return
      }
    }
  }

  @Test func timerHeap() {
    var heap = TimerHeap(limit: 50)
    var model: [Int: UInt64] = [:]
    var random = SeededGenerator(seed: 7)
    for _ in 0..<20000 {
      let owner = random.below(50)
      switch random.below(5) {
      case 4:
        // Postpone the first, or remove it.
        guard let first = heap.first else { continue }
        let moment = random.chance(200) ? UInt64.max : random.next() % 1000
        heap.postponeFirst(to: Instant(nanoseconds: moment))
        let owner = Int(first.owner)
        model[owner] = moment == .max ? nil : max(moment, first.moment.nanoseconds)
      case 0, 1:
        let moment = random.next() % 1000
        heap.wake(owner, by: Instant(nanoseconds: moment))
        model[owner] = min(model[owner] ?? .max, moment)
      case 2:
        heap.remove(owner)
        model[owner] = nil
      default:
        let now = random.next() % 1000
        if let popped = heap.pop(now: Instant(nanoseconds: now)) {
          let moment = model.removeValue(forKey: popped)
          #expect(moment != nil && moment ?? .max <= now)
          #expect(model.values.allSatisfy { $0 >= moment ?? 0 })
        } else {
          #expect(model.values.allSatisfy { $0 > now })
        }
      }
      let first = heap.first?.moment ?? .never
      guard first.nanoseconds == model.values.min() ?? .max else {
        Issue.record("\(first)")
        return
      }
    }
  }

  @Test func hashChains() {
    var chains = HashChains(limit: 64)
    var model: [Int: UInt32] = [:]
    var random = SeededGenerator(seed: 8)
    for _ in 0..<5000 {
      let index = random.below(64)
      if let hash = model.removeValue(forKey: index) {
        chains.remove(index, hash)
      } else {
        let hash = UInt32(random.below(100))
        chains.insert(index, hash)
        model[index] = hash
      }
      let hash = UInt32(random.below(100))
      var found: Set<Int> = []
      var current = chains.first(hash)
      while current >= 0 {
        if model[current] == hash { found.insert(current) }
        current = chains.after(current)
      }
      #expect(found == Set(model.filter { $0.value == hash }.keys))
    }
  }

  /// Ranges against a set of numbers, around the wrap of sequence numbers.
  @Test func rangeSet() {
    var random = SeededGenerator(seed: 9)
    for round in 0..<300 {
      let base = SequenceNumber(UInt32.max - 200)
      var set = RangeSet()
      var model: Set<Int> = []
      for _ in 0..<40 {
        let start = random.below(400)
        let end = start + 1 + random.below(39)
        let range = SequenceRange(base + start, base + end)
        let overlaps = set.overlaps(range)
        #expect(overlaps == !model.isDisjoint(with: Set(start..<max(start, end))))
        switch set.insert(range) {
        case .added: model.formUnion(start..<end)
        case .alreadyThere: #expect(model.isSuperset(of: start..<end))
        case .noRoom: #expect(set.count == RangeSet.limit)
        }
        if random.chance(50) {
          let limit = random.below(400)
          set.removeBelow(base + limit)
          model = model.filter { $0 >= limit }
        }
        let low = random.below(400)
        let high = low + random.below(100)
        let missing = set.missing(from: base + low, to: base + high)
        #expect(missing == (low..<high).filter { !model.contains($0) }.count)
        let first = (low..<high).first { !model.contains($0) }
        let hole = set.firstMissing(from: base + low, to: base + high)
        #expect(hole.map { $0.start - base } == first)
        if let hole, let first {
          let end = (first..<high).first { model.contains($0) } ?? high
          guard hole.end - base == end else {
            Issue.record("round \(round)")
            return
          }
        }
        var covered: Set<Int> = []
        for index in 0..<set.count {
          covered.formUnion((set[index].start - base)..<(set[index].end - base))
        }
        #expect(covered == model)
      }
    }
  }

  /// Key 00...0f and input 00...0f, against a second implementation that yields the published value
  /// for the 15 bytes in SipHash's paper.
  @Test func sipHash() {
    let key = HashKey(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
    #expect(
      key.hash(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908) == 0x3f2a_cc7f_57c2_9bdb)
  }

  /// Connections with one peer and successive ports spread over the table whatever the secret: a
  /// look-up among a thousand meets about one other.
  @Test(arguments: [(0, 0), (1, 2), (.max, .max), (0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210)])
  func tableHash(_ key0: UInt64, _ key1: UInt64) {
    let key = TableKey(HashKey(key0, key1))
    var chains = [Int](repeating: 0, count: 1024)
    for port in UInt64(0)..<1000 {
      let hash = key.hash(0x0a00_0002_0a00_0001, (0xc000 + port) << 16 | 7)
      chains[Int(hash) & 1023] += 1
    }
    // With random hashes, a look-up takes 1.5 steps on average, and the longest chain is about 6.
    let steps = chains.reduce(0) { $0 + $1 * ($1 + 1) / 2 }
    #expect(steps < 2000)
    #expect((chains.max() ?? 0) < 12)
  }
}
