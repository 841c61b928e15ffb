// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A 32-bit register, with one view of its bits for reading and one for writing: in data and status
/// registers the two differ.
public struct Register<ReadView, WriteView>: Sendable {
  /// Offset in bytes from the device's first register.
  public let offset: Int

  /// The register at `offset` bytes from the device's first one.
  public init(at offset: Int) { self.offset = offset }
}

/// The view of a direction in which the register cannot be accessed; using it does not compile.
public enum NoAccess {}

/// A register that can only be read.
public typealias ReadOnly<View: RegisterView> = Register<View, NoAccess>
/// A register that can only be written.
public typealias WriteOnly<View: RegisterView> = Register<NoAccess, View>
/// A register that reads and writes with the same view.
public typealias ReadWrite<View: RegisterView> = Register<View, View>

/// The bits of a register in one direction; conforming types name them.
public protocol RegisterView: Sendable {
  /// All 32 bits.
  var bits: UInt32 { get set }
  /// A view of 32 bits.
  init(bits: UInt32)
}

/// A field of consecutive bits in `View`.
public struct Bits<View: RegisterView>: Sendable {
  let shift: UInt32
  /// The field's bits, shifted down to bit 0.
  let mask: UInt32

  /// The bits from `low` to `high` inclusive; both must be below 32.
  public init(_ low: UInt32, _ high: UInt32) {
    shift = low & 31
    mask = UInt32.max >> (31 &- (high & 31) &+ (low & 31))
  }
  /// A single bit.
  public init(_ bit: UInt32) { self.init(bit, bit) }
}

extension RegisterView {
  /// The value of `field`. Bits that do not fit into the field are dropped when it is set.
  public subscript(field: Bits<Self>) -> UInt32 {
    get { bits &>> field.shift & field.mask }
    set { bits = bits & ~(field.mask &<< field.shift) | (newValue & field.mask) &<< field.shift }
  }

  /// Whether any bit of `field` is set.
  public func has(_ field: Bits<Self>) -> Bool { self[field] != 0 }

  /// A copy of this view in which every bit of `field` is set or cleared.
  public func with(_ field: Bits<Self>, _ set: Bool) -> Self {
    var copy = self
    copy[field] = set ? field.mask : 0
    return copy
  }
}

extension RegisterBus {
  /// Reads a register: one access.
  public func read<View: RegisterView, Other>(_ register: Register<View, Other>) -> View {
    View(bits: load(register.offset))
  }

  /// Writes a register: one access.
  public func write<View: RegisterView, Other>(_ view: View, to register: Register<Other, View>) {
    store(view.bits, at: register.offset)
  }

  /// Reads a register, changes the value, and writes it back: two accesses.
  public func modify<View: RegisterView>(
    _ register: ReadWrite<View>, _ change: (inout View) -> Void
  ) {
    var view = read(register)
    change(&view)
    write(view, to: register)
  }
}
