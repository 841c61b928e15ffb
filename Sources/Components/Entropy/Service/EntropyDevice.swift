// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A hardware generator of random numbers. What it delivers is raw: only `EntropyService` uses it, after tests.
public protocol EntropyDevice: ~Copyable {
  /// Min-entropy in bits that each delivered byte is counted for, 1 to 8. The health tests and the number of bytes in a
  /// seed follow from it.
  static var bitsPerByte: Int { get }
  /// Starts the generator.
  mutating func start() throws(EntropyDeviceFault)
  /// Takes what the generator has delivered, at most a block, and asks it for more. Never waits: false, with nothing
  /// taken, if there is nothing yet.
  mutating func take(_ block: inout EntropyBlock) -> Bool
}

/// Why a generator cannot be used.
public enum EntropyDeviceFault: Error, Equatable, Sendable {
  /// There is no such device behind the registers.
  case absent
  /// The device does not offer what the driver needs.
  case unusable
}

/// Raw bytes of a generator.
public struct EntropyBlock: Sendable {
  /// The largest number of bytes.
  public static var capacity: Int { 64 }
  private var bytes = InlineArray<64, UInt8>(repeating: 0)
  /// Number of bytes, at most `capacity`.
  public private(set) var count = 0

  /// An empty block.
  public init() {}

  /// Removes and overwrites all bytes.
  public mutating func clear() {
    bytes = InlineArray(repeating: 0)
    count = 0
  }

  /// Appends a byte; ignored in a full block.
  public mutating func append(_ byte: UInt8) {
    guard count < Self.capacity else { return }
    bytes[count & 63] = byte
    count &+= 1
  }

  /// Appends the four bytes of a word, the lowest first.
  public mutating func append(_ word: UInt32) {
    for index in 0..<4 as Range<UInt32> {
      append(UInt8(truncatingIfNeeded: word &>> (8 &* index)))
    }
  }

  /// The byte at `index`; 0 beyond the end.
  public subscript(index: Int) -> UInt8 {
    index >= 0 && index < count ? bytes[index & 63] : 0
  }
}
