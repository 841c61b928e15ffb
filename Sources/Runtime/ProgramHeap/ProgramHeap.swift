// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit
import Heap
import Microkit

/// The heap of a program that has one: as many bytes as the manifest says, never more. Swift's runtime takes
/// its memory here. Where there is none left, the program stops and says so; one that has to go on asks
/// `canAllocate` first.
public enum ProgramHeap {
  // Safety: a protection domain has one thread.
  nonisolated(unsafe) private static var isReady = false

  /// Bytes in all, and those that are taken, have been taken at most, and the number of blocks.
  public struct Usage: Equatable, Sendable {
    public let capacity: Int
    public let used: Int
    public let peak: Int
    public let blockCount: Int
  }

  public static var usage: Usage {
    with { heap in
      Usage(
        capacity: heap.capacity, used: heap.used, peak: heap.peak, blockCount: heap.blockCount)
    }
  }

  /// Whether a block of `byteCount` bytes could be had now.
  public static func canAllocate(_ byteCount: Int) -> Bool { with { $0.canAllocate(byteCount) } }

  @inline(__always)
  fileprivate static func with<Result>(_ body: (inout FixedHeap) -> Result) -> Result {
    // Safety: the linker script reserves the bytes between the two for us alone, aligned to 16. The heap's
    // own state stands at their start, so that it is never copied.
    let start = unsafe cmicrokit_heap_start()
    let state = unsafe start.assumingMemoryBound(to: FixedHeap.self)
    if unsafe !isReady {
      let room = MemoryLayout<FixedHeap>.stride
      let byteCount = unsafe cmicrokit_heap_end() - start - room
      guard let heap = unsafe FixedHeap(start: start + room, byteCount: byteCount) else {
        fatal("this program's heap is too small")
      }
      unsafe state.initialize(to: heap)
      unsafe isReady = true
    }
    return unsafe body(&state.pointee)
  }
}

// What Swift's runtime calls, by way of heap.c. Never without a block: a nil is not looked at there.

@_cdecl("serval_allocate")
func allocate(_ byteCount: Int, _ alignment: Int) -> UnsafeMutableRawPointer {
  let block = unsafe ProgramHeap.with {
    unsafe $0.allocate(byteCount, alignment: max(alignment, 16))
  }
  guard let block = unsafe block else { fatal("the heap is exhausted") }
  return unsafe block
}

@_cdecl("serval_free")
func release(_ block: UnsafeMutableRawPointer) {
  let freed = ProgramHeap.with { unsafe $0.free(block) }
  if !freed { fatal("free of what is not allocated") }
}
