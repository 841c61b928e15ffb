// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A hardware interrupt that a protection domain receives (`<irq>`).
public struct Interrupt: Hashable, Sendable {
  /// What the interrupt controller detects.
  public enum Trigger: String, CaseIterable, Hashable, Sendable {
    /// Asserted while the line is active.
    case level
    /// Asserted once per transition.
    case edge
  }

  /// What raises it. The x86 kinds let us read and compare files for other targets.
  public enum Source: Hashable, Sendable {
    /// A GIC or PLIC line.
    case line(IRQNumber, Trigger)
    /// An x86 I/O APIC pin (since 2.1.0); attributes as written.
    case ioAPIC(attributes: [String: String])
    /// An x86 message-signalled interrupt (since 2.1.0); attributes as written.
    case messageSignalled(attributes: [String: String])
  }

  /// What raises it.
  public var source: Source
  /// The protection domain's identifier for it, of the same 0 to 61 as its channels.
  public var id: ChannelID
  /// Symbol of the image that the Microkit tool sets to `id` (since 2.1.0).
  public var idSymbol: String?
  /// Where the `<irq>` was read from.
  public var origin: Origin

  /// Creates an interrupt of any kind.
  public init(_ source: Source, id: ChannelID, idSymbol: String? = nil, origin: Origin = Origin()) {
    self.source = source
    self.id = id
    self.idSymbol = idSymbol
    self.origin = origin
  }

  /// Creates an interrupt of a GIC line.
  public init(
    _ number: IRQNumber, _ trigger: Trigger = .level, id: ChannelID, idSymbol: String? = nil,
    origin: Origin = Origin()
  ) {
    self.init(.line(number, trigger), id: id, idSymbol: idSymbol, origin: origin)
  }

  /// The vector of an x86 interrupt; nil for lines and for what is not a number.
  public var vector: UInt64? {
    switch source {
    case .line: nil
    case .ioAPIC(let attributes), .messageSignalled(let attributes):
      attributes["vector"].flatMap { UInt64($0) }
    }
  }

  /// The line's number; nil for the x86 kinds.
  public var number: IRQNumber? {
    if case .line(let number, _) = source { number } else { nil }
  }
}
