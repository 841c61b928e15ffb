// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit
import Heap
import Microkit
import Records

/// The heap of a program that has one: memory that the system's description gives it. Swift's runtime allocates from it. When it
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
    // Safety: heap.c reserves the bytes for the state alone, aligned to 16; `create` checks their number.
    let state = unsafe cmicrokit_heap_state().assumingMemoryBound(to: FixedHeap.self)
    if unsafe !isReady {
      unsafe state.initialize(to: create())
      unsafe isReady = true
    }
    return unsafe body(&state.pointee)
  }

  // After a restart, too: `isReady` has been cleared, and the memory has not, of which the heap only reads what it has
  // written.
  @inline(never)
  private static func create() -> FixedHeap {
    let memory = HeapConfig.linked()[HeapConfig.memory]
    guard let start = unsafe UnsafeMutableRawPointer(bitPattern: UInt(memory.address)) else {
      fatal("the program has a heap, but its system gives it none; add it with heap:")
    }
    // Safety: the system maps these bytes for the heap alone.
    guard MemoryLayout<FixedHeap>.size <= Int(CMICROKIT_HEAP_STATE_SIZE),
      let heap = unsafe FixedHeap(start: start, byteCount: Int(truncatingIfNeeded: memory.size))
    else { fatal("the heap is too small for its own state; raise heap: in the system") }
    return heap
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
