// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// An interrupt line of the controller that seL4 drives: the GIC on Arm, the PLIC or APLIC on
/// RISC-V.
public struct DeviceInterrupt: Hashable, Sendable {
  /// What the controller detects.
  public enum Trigger: String, Hashable, Sendable {
    /// Asserted while the line is active.
    case level
    /// Asserted once per transition.
    case edge
  }

  /// The number in a `.system` file: on a GIC the tree's SPI number + 32, or its PPI number + 16;
  /// on a PLIC or APLIC the tree's own.
  public var number: UInt32
  /// What the controller detects; nil if the tree does not tell, as for a PLIC.
  public var trigger: Trigger?

  /// Creates a line from the number in a `.system` file.
  public init(number: UInt32, trigger: Trigger?) {
    self.number = number
    self.trigger = trigger
  }
}

/// A line of a controller whose lines have no numbers in seL4, such as a GPIO controller's. A
/// driver for the controller has to take the interrupts that the controller raises itself.
public struct ControllerLine: Hashable, Sendable {
  /// Path of the controller.
  public var controller: String
  /// The line, in the cells that the controller's binding defines.
  public var specifier: [UInt32]
  /// What the controller raises itself, through any others above it; at most
  /// `Bounds.raisedInterrupts`.
  public var raises: [DeviceInterrupt]
  /// Whether `raises` leaves some out.
  public var raisesMore: Bool

  /// Creates a line.
  public init(
    controller: String, specifier: [UInt32], raises: [DeviceInterrupt] = [],
    raisesMore: Bool = false
  ) {
    self.controller = controller
    self.specifier = specifier
    self.raises = raises
    self.raisesMore = raisesMore
  }
}

extension DeviceInterrupt {
  /// Creates a line from the first three cells of a GIC specifier; nil if a GIC has no such kind or
  /// number (extended kinds, which seL4 does not support, among them), or if the flags combine
  /// edge and level. Flags of 0 name no trigger.
  public init?(gicKind kind: UInt32, number: UInt32, flags: UInt32) {
    let base: UInt32
    switch kind {
    case 0 where number < 988: base = 32  // SPI: interrupt IDs 32 to 1019
    case 1 where number < 16: base = 16  // PPI: interrupt IDs 16 to 31
    default: return nil
    }
    // Above the trigger, a PPI has a mask of cores.
    guard let trigger = Trigger.named(by: flags & 0xf) else { return nil }
    self.init(number: number + base, trigger: trigger)
  }
}

extension DeviceInterrupt.Trigger {
  /// The trigger in flags as most bindings have them: `.some(nil)` for 0, which names none; nil for
  /// a mixture.
  static func named(by flags: UInt32) -> Self?? {
    switch flags {
    case 0: .some(nil)
    case 1, 2, 3: .some(.edge)  // rising, falling, both
    case 4, 8: .some(.level)  // high, low
    default: nil
    }
  }
}
