// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A synchronous exception of a program other than a system call.
enum ProcessorException: Hashable {
  enum Access: Hashable {
    case read
    case write
    case fetch
  }

  enum MemoryProblem: Hashable {
    case unmapped
    /// The mapping's permissions do not allow the access.
    case forbidden
    /// An unaligned access to device memory.
    case unaligned
    /// An atomic or exclusive access to device memory.
    case exclusive
  }

  case memory(Access, MemoryProblem, address: UInt64)
  /// An instruction that does not exist or is not available at EL0.
  case undefinedInstruction
  /// BRK.
  case breakpoint
  /// A system register or cache maintenance instruction that traps to the hypervisor.
  case trapped(syndrome: UInt64)
}
