// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TestSupport
import Testing

@testable import Heap

@Suite struct FixedHeapTests {
  /// Runs `body` with a heap over `byteCount` bytes that start `lead` bytes after an aligned address.
  private func withHeap(_ byteCount: Int, lead: Int = 0, _ body: (TestHeap) throws -> Void)
    throws
  {
    let region = UnsafeMutableRawPointer.allocate(byteCount: byteCount + lead, alignment: 4096)
    defer { region.deallocate() }
    try body(try #require(unsafe TestHeap(start: region + lead, byteCount: byteCount)))
  }

  @Test func aRegionTooShortIsNone() {
    let region = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16)
    defer { region.deallocate() }
    for count in [-1, 0, 1, 15, 63] {
      let isNil = unsafe FixedHeap(start: region, byteCount: count) == nil
      #expect(isNil, "\(count)")
    }
    for lead in 1..<16 {
      let isNil = unsafe FixedHeap(start: region + lead, byteCount: 64 - lead) == nil
      #expect(isNil, "\(lead)")
    }
  }

  @Test func everythingCanBeHadInOneBlockAndAgain() throws {
    try withHeap(0x1000) { heap in
      for _ in 0..<3 {
        #expect(heap.canAllocate(0x1000 - 16))
        #expect(!heap.canAllocate(0x1000 - 15))
        #expect(heap.allocate(0x1000 - 15) == nil)
        let block = try #require(heap.allocate(0x1000 - 16))
        #expect(heap.used == 0x1000 && heap.blockCount == 1)
        #expect(heap.allocate(0) == nil && !heap.canAllocate(0))
        let freed = heap.free(block)
        #expect(freed && heap.used == 0 && heap.blockCount == 0 && heap.peak == 0x1000)
      }
    }
  }

  /// The layout with which `serval run --stats` reads the heap from a program's memory.
  @Test func theStateBeginsWithItsFigures() throws {
    let region = UnsafeMutableRawPointer.allocate(byteCount: 0x1000, alignment: 16)
    defer { region.deallocate() }
    let state = UnsafeMutablePointer<FixedHeap>.allocate(capacity: 1)
    defer { state.deallocate() }
    guard let heap = unsafe FixedHeap(start: region, byteCount: 0x1000) else {
      Issue.record("no heap")
      return
    }
    unsafe state.initialize(to: heap)
    defer { unsafe state.deinitialize(count: 1) }
    let block = try #require(unsafe state.pointee.allocate(100))
    _ = unsafe state.pointee.allocate(16)
    _ = unsafe state.pointee.free(block)
    let words = UnsafeRawPointer(state)
    let found = (0..<3).map { unsafe words.load(fromByteOffset: 8 * $0, as: UInt64.self) }
    #expect(found == [0x1000, 32, 160])
  }

  @Test func whatIsNotABlockIsNotFreed() throws {
    try withHeap(0x1000) { heap in
      let block = try #require(heap.allocate(100))
      let other = try #require(heap.allocate(100))
      for distance in [-16, -1, 1, 8, 16, 0x2000, -0x2000] {
        let freed = heap.free(block + distance)
        #expect(!freed, "\(distance)")
      }
      let first = heap.free(block)
      let second = heap.free(block)
      #expect(first && !second)
      let last = heap.free(other)
      #expect(last && heap.used == 0 && heap.canAllocate(0x1000 - 16))
    }
  }

  @Test(arguments: [1, 2, 4, 8, 16, 32, 64, 256, 4096])
  func blocksAreAligned(alignment: Int) throws {
    try withHeap(0x8000, lead: 8) { heap in
      for size in [0, 1, 16, 17, 100] {
        let block = try #require(heap.allocate(size, alignment: alignment))
        #expect(UInt(bitPattern: block) % UInt(alignment) == 0)
      }
    }
  }

  @Test func sensesNonsense() throws {
    try withHeap(0x1000) { heap in
      #expect(heap.allocate(-1) == nil && heap.allocate(.max) == nil && heap.allocate(.min) == nil)
      #expect(heap.allocate(1, alignment: 0) == nil && heap.allocate(1, alignment: 3) == nil)
      #expect(heap.allocate(1, alignment: -16) == nil && heap.allocate(1, alignment: .min) == nil)
      #expect(heap.allocate(1, alignment: 1 << 40) == nil)
      #expect(heap.used == 0)
    }
  }

  /// Compares with a model that knows each live block: blocks do not overlap, contents persist, `used` is right,
  /// allocation fails only for lack of room, and after freeing everything one block is left.
  @Test(arguments: 1...8) func agreesWithAModel(seed: UInt64) throws {
    let byteCount = 0x4000
    try withHeap(byteCount, lead: Int(seed) * 3) { heap in
      var random = SeededGenerator(seed: seed)
      var live: [(block: UnsafeMutableRawPointer, size: Int, mark: UInt8)] = []
      var refused = 0
      for step in 0..<20_000 {
        if live.isEmpty || random.below(100) < 55 {
          let size = random.below(4) == 0 ? random.below(2000) : random.below(120)
          let alignment = 1 << random.below(9)
          guard let block = heap.allocate(size, alignment: alignment) else {
            refused += 1
            // With three quarters free and few blocks, allocation must not fail.
            #expect(heap.used > byteCount / 4 || heap.blockCount > 8)
            continue
          }
          #expect(UInt(bitPattern: block) % UInt(alignment) == 0)
          for other in live {
            #expect(block + size <= other.block || other.block + other.size <= block)
          }
          let mark = UInt8(truncatingIfNeeded: step)
          unsafe block.initializeMemory(as: UInt8.self, repeating: mark, count: size)
          live.append((block, size, mark))
        } else {
          let entry = live.remove(at: random.below(live.count))
          for index in 0..<entry.size {
            guard unsafe entry.block.load(fromByteOffset: index, as: UInt8.self) == entry.mark
            else {
              Issue.record("a block's contents changed")
              return
            }
          }
          let freed = heap.free(entry.block)
          #expect(freed)
        }
        #expect(heap.blockCount == live.count && heap.used <= heap.capacity)
        if step % 8 == 0, let problem = heap.problem { throw Broken(problem: "\(problem)") }
        #expect(heap.used >= live.reduce(0) { $0 + $1.size })
      }
      #expect(refused > 0)
      for entry in live { heap.free(entry.block) }
      #expect(heap.problem.map { "\($0)" } == nil)
      #expect(heap.used == 0 && heap.blockCount == 0 && heap.canAllocate(heap.capacity - 16))
    }
  }
}

private struct Broken: Error {
  let problem: String
}

/// A class around the heap, because `#expect` cannot capture a noncopyable value.
private final class TestHeap {
  private var heap: FixedHeap

  @unsafe init?(start: UnsafeMutableRawPointer, byteCount: Int) {
    guard let heap = unsafe FixedHeap(start: start, byteCount: byteCount) else { return nil }
    self.heap = heap
  }

  var capacity: Int { heap.capacity }
  var used: Int { heap.used }
  var peak: Int { heap.peak }
  var blockCount: Int { heap.blockCount }
  var problem: StaticString? { heap.checkInvariants() }
  func allocate(_ byteCount: Int, alignment: Int = 16) -> UnsafeMutableRawPointer? {
    heap.allocate(byteCount, alignment: alignment)
  }
  @discardableResult func free(_ pointer: UnsafeMutableRawPointer) -> Bool { heap.free(pointer) }
  func canAllocate(_ byteCount: Int) -> Bool { heap.canAllocate(byteCount) }
}
