// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit
import Heap
import Microkit

/// The heap of a program that has one, of the fixed size in the manifest. Swift's runtime allocates from it. When it
/// is exhausted, the program stops with a message; a program that must continue asks `canAllocate` first.
public enum ProgramHeap {
  // Safety: a protection domain has only one thread.
  nonisolated(unsafe) private static var isReady = false

  /// The heap's size and what is in use.
  public struct Usage: Equatable, Sendable {
    /// Bytes that blocks and their headers can take up.
    public let capacity: Int
    /// Bytes in use, headers included.
    public let used: Int
    /// The largest that `used` has been.
    public let peak: Int
    /// Blocks in use.
    public let blockCount: Int
  }

  /// The heap's state now.
  public static var usage: Usage {
    with { heap in
      Usage(
        capacity: heap.capacity, used: heap.used, peak: heap.peak, blockCount: heap.blockCount)
    }
  }

  /// Whether a block of `byteCount` bytes could be allocated now.
  public static func canAllocate(_ byteCount: Int) -> Bool { with { $0.canAllocate(byteCount) } }

  @inline(__always)
  fileprivate static func with<Result>(_ body: (inout FixedHeap) -> Result) -> Result {
    // Safety: the linker script reserves the bytes between the two symbols for the heap alone, aligned to 16. The
    // heap's own state is at their start and is never copied.
    let start = unsafe cmicrokit_heap_start()
    let state = unsafe start.assumingMemoryBound(to: FixedHeap.self)
    if unsafe !isReady {
      let room = MemoryLayout<FixedHeap>.stride
      let byteCount = unsafe cmicrokit_heap_end() - start - room
      guard let heap = unsafe FixedHeap(start: start + room, byteCount: byteCount) else {
        fatal("the heap is too small for its own state; raise heap: in Package.swift")
      }
      unsafe state.initialize(to: heap)
      unsafe isReady = true
    }
    return unsafe body(&state.pointee)
  }
}

// Called by Swift's runtime through heap.c. It does not check for nil, so `allocate` never returns it.

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
  if !freed { fatal("free of a block that is not allocated") }
}
