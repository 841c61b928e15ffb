// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A load or store, decoded to find its address and size (Arm ARM, C4.1, loads and stores).
struct MemoryInstruction: Hashable {
  var address: UInt64
  /// Bytes; for a pair, those of both registers.
  var size: UInt64
  var isStore: Bool
  var isExclusive = false
  /// Bits 24 to 14 of a data abort's syndrome. Hardware sets them only for accesses of one general-purpose
  /// register without write-back; 0 otherwise.
  var syndrome: UInt64 = 0

  /// - Parameters:
  ///   - register: returns the value of general-purpose register 0 to 30, or of the stack pointer for 31.
  ///   - pc: the instruction's address.
  /// - Returns: nil for other instructions.
  init?(_ word: UInt32, at pc: UInt64, register: (UInt32) -> UInt64) {
    guard word & 0x0a00_0000 == 0x0800_0000 else { return nil }
    let rt = word & 31
    let rn = (word >> 5) & 31
    let sizeField = word >> 30
    let isVector = word & (1 << 26) != 0

    switch (word >> 24) & 0x3f {
    case 0x08:  // Exclusive, ordered, compare and swap.
      let isLoad = word & (1 << 22) != 0
      let isOrdered = word & (1 << 23) != 0
      let isPair = word & (1 << 21) != 0 && !isOrdered
      self.init(
        register(rn), 1 << (sizeField + (isPair ? 1 : 0)), isStore: !isLoad, isExclusive: !isOrdered
      )
      if isOrdered, word & (1 << 21) == 0 { setSyndrome(sizeField, rt, isOrdered: true) }
    case 0x0c, 0x0d:  // Vector structures.
      let bytes: UInt64 = word & (1 << 30) != 0 ? 16 : 8
      self.init(register(rn), bytes, isStore: word & (1 << 22) == 0)
    case 0x18, 0x1c:  // Relative to the program counter.
      let offset = Self.signed(word >> 5, bits: 19) * 4
      self.init(pc &+ UInt64(bitPattern: offset), sizeField == 1 ? 8 : 4, isStore: false)
      if !isVector { setSyndrome(sizeField == 1 ? 3 : 2, rt) }
    case 0x28, 0x29, 0x2c, 0x2d:  // Pairs.
      let scale = isVector ? sizeField + 2 : (sizeField & 2 == 0 ? 2 : 3)
      let offset = Self.signed(word >> 15, bits: 7) << Int64(scale)
      let isPost = (word >> 23) & 3 == 1
      let base = register(rn)
      self.init(
        isPost ? base : base &+ UInt64(bitPattern: offset), 2 << UInt64(scale),
        isStore: word & (1 << 22) == 0)
    case 0x39, 0x3d:  // Unsigned offset.
      let scale = Self.scale(word, sizeField, isVector)
      let offset = UInt64((word >> 10) & 0xfff) << UInt64(scale)
      self.init(register(rn) &+ offset, 1 << scale, isStore: Self.isStore(word, isVector))
      if !isVector { setSyndrome(word, sizeField, rt) }
    case 0x38, 0x3c:
      let scale = Self.scale(word, sizeField, isVector)
      let isStore = Self.isStore(word, isVector)
      let base = register(rn)
      if word & (1 << 21) == 0 {
        let mode = (word >> 10) & 3
        let offset = Self.signed(word >> 12, bits: 9)
        self.init(
          mode == 1 ? base : base &+ UInt64(bitPattern: offset), 1 << scale, isStore: isStore)
        if !isVector, mode & 1 == 0 { setSyndrome(word, sizeField, rt) }
      } else if (word >> 10) & 3 == 2 {
        let offset = Self.extended(register((word >> 16) & 31), word, scale, (word >> 16) & 31)
        self.init(base &+ offset, 1 << scale, isStore: isStore)
        if !isVector { setSyndrome(word, sizeField, rt) }
      } else {  // Atomic memory operations.
        self.init(base, 1 << sizeField, isStore: true, isExclusive: true)
      }
    default:
      return nil
    }
  }

  private init(
    _ address: UInt64, _ size: UInt64, isStore: Bool, isExclusive: Bool = false
  ) {
    (self.address, self.size, self.isStore) = (address, size, isStore)
    self.isExclusive = isExclusive
  }

  /// The lowest bits of a word as a signed number.
  private static func signed(_ word: UInt32, bits: UInt32) -> Int64 {
    Int64(Int32(bitPattern: word << (32 - bits)) >> Int32(32 - bits))
  }

  private static func scale(_ word: UInt32, _ size: UInt32, _ isVector: Bool) -> UInt32 {
    isVector && word & (1 << 23) != 0 ? 4 : size
  }

  private static func isStore(_ word: UInt32, _ isVector: Bool) -> Bool {
    let operation = (word >> 22) & 3
    return isVector ? operation & 1 == 0 : operation == 0
  }

  private static func extended(
    _ value: UInt64, _ word: UInt32, _ scale: UInt32, _ register: UInt32
  ) -> UInt64 {
    let index = register == 31 ? 0 : value
    let shift = word & (1 << 12) != 0 ? UInt64(scale) : 0
    switch (word >> 13) & 7 {
    case 2: return (index & 0xffff_ffff) << shift
    case 6: return UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: index))) << shift
    default: return index << shift
    }
  }

  // MARK: Syndrome (Arm ARM, ISS encoding of a data abort)

  private mutating func setSyndrome(_ word: UInt32, _ size: UInt32, _ rt: UInt32) {
    let operation = (word >> 22) & 3
    let isSigned = operation >= 2
    let is64Bit = isSigned ? operation == 2 : size == 3
    syndrome =
      1 << 24 | UInt64(size) << 22 | (isSigned ? 1 << 21 : 0) | UInt64(rt) << 16
      | (is64Bit ? 1 << 15 : 0)
  }

  private mutating func setSyndrome(_ size: UInt32, _ rt: UInt32, isOrdered: Bool = false) {
    syndrome =
      1 << 24 | UInt64(size) << 22 | UInt64(rt) << 16 | (size == 3 ? 1 << 15 : 0)
      | (isOrdered ? 1 << 14 : 0)
  }
}
