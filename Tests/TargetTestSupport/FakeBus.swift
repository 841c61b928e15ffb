// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers

/// A bus without a device: records every access in order, and answers reads from a script.
public final class FakeBus: RegisterBus {
  /// An access to a register: its offset and the bits read or written.
  public enum Access: Equatable, CustomStringConvertible, Sendable {
    /// A load.
    case read(Int, UInt32)
    /// A store.
    case write(Int, UInt32)

    /// "r" or "w", the offset and the bits, both in hexadecimal.
    public var description: String {
      switch self {
      case .read(let offset, let bits): "r \(hex(offset)) \(hex(bits))"
      case .write(let offset, let bits): "w \(hex(offset)) \(hex(bits))"
      }
    }
  }

  /// Every access so far, in order.
  public private(set) var trace: [Access] = []
  private var scripts: [Int: [UInt32]] = [:]
  private var values: [Int: UInt32] = [:]
  /// Called after each write, so that a test can act as the device.
  public var onWrite: (Int, UInt32) -> Void = { _, _ in }
  /// Called before each read of an offset without a script; nil returns the last value.
  public var onRead: (Int) -> UInt32? = { _ in nil }

  /// Creates a bus whose registers are 0.
  public init() {}

  /// Reads of `offset` return these values, then the last one from then on.
  public func script(_ offset: Int, _ answers: UInt32...) { scripts[offset] = answers }
  /// The same with an array.
  public func script(_ offset: Int, _ answers: [UInt32]) { scripts[offset] = answers }

  /// The accesses since the last call, one per line.
  public func takeTrace() -> [String] {
    defer { trace = [] }
    return trace.map(\.description)
  }

  /// The values written to `offset`, in order.
  public func written(to offset: Int) -> [UInt32] {
    trace.compactMap {
      if case .write(offset, let bits) = $0 { return bits }
      return nil
    }
  }

  /// Answers from the script, else from `onRead`, else with the last value written.
  public func load(_ offset: Int) -> UInt32 {
    var bits = values[offset] ?? 0
    if let script = scripts[offset], let first = script.first {
      bits = first
      if script.count > 1 { scripts[offset] = Array(script.dropFirst()) }
    } else if let answer = onRead(offset) {
      bits = answer
    }
    trace.append(.read(offset, bits))
    return bits
  }

  /// Records the value, then calls `onWrite`.
  public func store(_ bits: UInt32, at offset: Int) {
    values[offset] = bits
    trace.append(.write(offset, bits))
    onWrite(offset, bits)
  }
}

private func hex(_ number: some BinaryInteger) -> String { String(number, radix: 16) }
