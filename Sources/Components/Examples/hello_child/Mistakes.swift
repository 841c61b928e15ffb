// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HelloProtocol
import Microkit

/// Deliberate faults. Swift code without `unsafe` cannot cause those marked as a mistake.
enum Mistakes {
  static func make(_ command: ChildCommand) {
    switch command {
    case .fault: store(to: 0)
    case .trap: trap(command.number)
    case .overflow: _ = overflow(command.number)
    case .writeText: store(to: 0x20_0000)
    case .execute: execute()
    case .exhaust: exhaust()
    default: break
    }
  }

  private static func store(to address: UInt) {
    // Safety: none. This is the mistake: a store to memory that is unmapped or read-only.
    unsafe UnsafeMutablePointer<UInt32>(bitPattern: address &+ 4)?.pointee = 1
  }

  /// Overflows an addition, which traps at the faulty operation, as an index out of bounds does.
  @inline(never) private static func trap(_ number: UInt64) {
    let sum = UInt8(truncatingIfNeeded: number) + UInt8(truncatingIfNeeded: ~number)
    if sum == 255 { _ = sum + UInt8(truncatingIfNeeded: number) }
    debugPrint(hexadecimal: UInt64(UInt8(truncatingIfNeeded: ~number) + 16))
  }

  @inline(never) private static func overflow(_ depth: UInt64) -> UInt64 {
    var room = InlineArray<64, UInt64>(repeating: depth)
    room[Int(depth & 63)] = depth == 0 ? 0 : overflow(depth &+ 2)
    return room[Int((depth &+ 1) & 63)] &+ room[Int(depth & 63)]
  }

  private static func execute() {
    typealias Function = @convention(c) () -> Void
    var instruction: UInt64 = 0xd65f_03c0
    // Safety: none. This is the mistake: a return instruction on the stack.
    unsafe withUnsafeMutablePointer(to: &instruction) {
      unsafe unsafeBitCast($0, to: Function.self)()
    }
  }

  private static func exhaust() {
    var hoard: [[UInt64]] = []
    while true { hoard.append([UInt64](repeating: restarts, count: 16 + hoard.count)) }
  }
}
