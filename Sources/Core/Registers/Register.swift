// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A 32-bit register, and how it looks when it is read and when it is written, which for a data or
/// status register are different things.
public struct Register<ReadView, WriteView>: Sendable {
  /// Bytes from the device's first register.
  public let offset: Int
  public init(at offset: Int) { self.offset = offset }
}

/// Stands where a register has no such view: then there is no such access either.
public enum NoAccess {}

public typealias ReadOnly<View: RegisterView> = Register<View, NoAccess>
public typealias WriteOnly<View: RegisterView> = Register<NoAccess, View>
public typealias ReadWrite<View: RegisterView> = Register<View, View>

/// The bits of a register in one direction, with names.
public protocol RegisterView: Sendable {
  var bits: UInt32 { get set }
  init(bits: UInt32)
}

/// A run of bits in the view `View`.
public struct Bits<View: RegisterView>: Sendable {
  let shift: UInt32
  /// The run's bits, moved down to bit 0.
  let mask: UInt32

  /// The bits from `low` to `high`, both included; both below 32.
  public init(_ low: UInt32, _ high: UInt32) {
    shift = low & 31
    mask = UInt32.max >> (31 &- (high & 31) &+ (low & 31))
  }
  public init(_ bit: UInt32) { self.init(bit, bit) }
}

extension RegisterView {
  /// The bits of `field` as a number. A number with more bits than the field is cut.
  public subscript(field: Bits<Self>) -> UInt32 {
    get { bits &>> field.shift & field.mask }
    set { bits = bits & ~(field.mask &<< field.shift) | (newValue & field.mask) &<< field.shift }
  }

  /// Whether any bit of `field` is set.
  public func has(_ field: Bits<Self>) -> Bool { self[field] != 0 }

  /// This view with `field` all ones or all zeroes.
  public func with(_ field: Bits<Self>, _ set: Bool) -> Self {
    var copy = self
    copy[field] = set ? field.mask : 0
    return copy
  }
}

extension RegisterBus {
  public func read<View: RegisterView, Other>(_ register: Register<View, Other>) -> View {
    View(bits: load(register.offset))
  }

  public func write<View: RegisterView, Other>(_ view: View, to register: Register<Other, View>) {
    store(view.bits, at: register.offset)
  }

  /// One read and one write.
  public func modify<View: RegisterView>(
    _ register: ReadWrite<View>, _ change: (inout View) -> Void
  ) {
    var view = read(register)
    change(&view)
    write(view, to: register)
  }
}
