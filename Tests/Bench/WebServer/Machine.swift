// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Heap
import Rings

@_silgen_name("bench_counter") func counter() -> UInt64
@_silgen_name("bench_put") func put(_ byte: UInt8)
@_silgen_name("bench_profile_begin") func profileBegin()
@_silgen_name("bench_profile_end") func profileEnd()

/// The heap of protection domains, and the number of blocks allocated.
enum BenchHeap {
  // Safety: one core, no interrupts.
  nonisolated(unsafe) static var heap: FixedHeap = {
    let start = unsafe UnsafeMutableRawPointer(bitPattern: 0x5000_0000 as UInt)
    guard let start = unsafe start,
      let heap = unsafe FixedHeap(start: start, byteCount: 1 << 30)
    else { fatalError() }
    return heap
  }()
  nonisolated(unsafe) static var allocations: UInt64 = 0
  nonisolated(unsafe) static var next = UInt(0x9000_0000)

  /// Zeroed shared memory.
  static func region(_ byteCount: Int) -> SharedRegion {
    guard let start = unsafe UnsafeMutableRawPointer(bitPattern: next) else { fatalError() }
    unsafe next += UInt(byteCount + 4095) & ~4095
    unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    return unsafe SharedRegion(start: start, byteCount: byteCount)
  }
}

/// Allocates a block of the bench's heap, for Start.S's `posix_memalign`.
@_cdecl("bench_allocate") public func benchAllocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
  unsafe BenchHeap.allocations &+= 1
  guard let block = unsafe BenchHeap.heap.allocate(byteCount) else { fatalError() }
  return unsafe block
}

/// Frees a block of the bench's heap, for Start.S's `free`.
@_cdecl("bench_free") public func benchFree(_ block: UnsafeMutableRawPointer) {
  if unsafe !BenchHeap.heap.free(block) { fatalError() }
}

/// What the measured modules have used.
struct Meter {
  var instructions: UInt64 = 0
  var allocations: UInt64 = 0
  var isOn = false

  @inline(never) mutating func start() {
    if !isOn { return }
    unsafe allocations &-= BenchHeap.allocations
    profileBegin()
    instructions &-= counter()
  }

  @inline(never) mutating func stop() {
    if !isOn { return }
    instructions &+= counter()
    profileEnd()
    unsafe allocations &+= BenchHeap.allocations
  }
}

func say(_ text: StaticString) {
  for index in 0..<text.utf8CodeUnitCount { put(unsafe text.utf8Start[index]) }
}

func say(_ number: UInt64) {
  if number >= 10 { say(number / 10) }
  put(UInt8(truncatingIfNeeded: 48 + number % 10))
}

func report(_ what: StaticString, _ meter: Meter, per count: Int) {
  say(what)
  say(": ")
  say(meter.instructions / UInt64(max(count, 1)))
  say(" instructions, ")
  say(meter.allocations / UInt64(max(count, 1)))
  say(" blocks\n")
}
