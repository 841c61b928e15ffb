// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What stops a program other than a system call or the end of its time.
enum ProcessorException: Hashable {
  enum Access: Hashable {
    case read
    case write
    case fetch
  }

  enum MemoryProblem: Hashable {
    case unmapped
    case forbidden
    /// Hardware takes no such access to device memory.
    case unaligned
    /// Nor this one, atomic or exclusive.
    case exclusive
  }

  case memory(Access, MemoryProblem, address: UInt64)
  /// An instruction that does not exist, or not for programs.
  case undefinedInstruction
  case breakpoint
  /// A system register or cache instruction that the hypervisor keeps from programs; its syndrome.
  case trapped(syndrome: UInt64)
}
