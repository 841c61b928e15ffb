// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// A child protection domain, by its identifier in the system file.
public struct Child: Equatable, Sendable {
  public let id: UInt8
  public init(_ id: UInt8) { self.id = id }

  private var thread: UInt64 { CMICROKIT_CHILDREN + UInt64(id) }

  /// Starts the child anew at its entry point, which restores its data by itself if the child is one of
  /// Serval's programs. Its stack pointer is left as it was, as Microkit's own library does.
  ///
  /// - Parameter entry: address of `_start` in the child's image; Serval's are linked for the default.
  /// - Returns: whether the kernel did it.
  @discardableResult public func restart(at entry: UInt64 = 0x20_0000) -> Bool {
    // Resume; one register, the program counter.
    Kernel.call(thread, Message(label: CMICROKIT_WRITE_REGISTERS, count: 3, 1, 1, entry)).label == 0
  }

  /// Where the child stands: the address of the instruction that it was about to execute, or that faulted.
  public var programCounter: UInt64? {
    // Do not suspend; one register, the program counter.
    let answer = Kernel.call(thread, Message(label: CMICROKIT_READ_REGISTERS, count: 2, 0, 1))
    return answer.label == 0 ? answer.word(0) : nil
  }

  /// Stops the child until it is restarted.
  @discardableResult public func stop() -> Bool {
    Kernel.call(thread, Message(label: CMICROKIT_SUSPEND)).label == 0
  }
}
