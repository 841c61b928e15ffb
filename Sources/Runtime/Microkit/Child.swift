// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// A child protection domain, by its identifier in the system file.
public struct Child: Equatable, Sendable {
  /// The identifier, 0 to 61.
  public let id: UInt8
  /// The child with identifier `id`.
  public init(_ id: UInt8) { self.id = id }

  private var thread: UInt64 { CMICROKIT_CHILDREN + UInt64(id) }

  /// Restarts the child at its entry point. Serval's programs restore their data there. Like Microkit's own
  /// library, this leaves the stack pointer unchanged.
  ///
  /// - Parameter entry: address of `_start` in the child's image; Serval's are linked for the default.
  /// - Returns: whether the kernel accepted the restart.
  @discardableResult public func restart(at entry: UInt64 = 0x20_0000) -> Bool {
    // Arguments: resume; one register, the program counter.
    Kernel.call(thread, Message(label: CMICROKIT_WRITE_REGISTERS, count: 3, 1, 1, entry)).label == 0
  }

  /// Address of the instruction that the child was about to execute, or that faulted; nil if the kernel refuses.
  public var programCounter: UInt64? {
    // Arguments: do not suspend; one register, the program counter.
    let answer = Kernel.call(thread, Message(label: CMICROKIT_READ_REGISTERS, count: 2, 0, 1))
    return answer.label == 0 ? answer.word(0) : nil
  }

  /// Stops the child until it is restarted. Returns whether the kernel did so.
  @discardableResult public func stop() -> Bool {
    Kernel.call(thread, Message(label: CMICROKIT_SUSPEND)).label == 0
  }
}
