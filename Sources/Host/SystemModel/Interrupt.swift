// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A hardware interrupt delivered to a protection domain.
public struct Interrupt: Hashable, Sendable {
  public enum Trigger: String, CaseIterable, Hashable, Sendable {
    case level
    case edge
  }

  /// What raises it. The x86 kinds exist so that files of other targets can be read and compared.
  public enum Source: Hashable, Sendable {
    /// A GIC or PLIC line.
    case line(IRQNumber, Trigger)
    /// An x86 I/O APIC pin (since 2.1.0); attribute values as written.
    case ioAPIC(attributes: [String: String])
    /// An x86 message-signalled interrupt (since 2.1.0); attribute values as written.
    case messageSignalled(attributes: [String: String])
  }

  public var source: Source
  public var id: ChannelID
  /// Symbol that the tool sets to `id` (since 2.1.0).
  public var idSymbol: String?
  public var origin: Origin

  public init(_ source: Source, id: ChannelID, idSymbol: String? = nil, origin: Origin = Origin()) {
    self.source = source
    self.id = id
    self.idSymbol = idSymbol
    self.origin = origin
  }

  public init(
    _ number: IRQNumber, _ trigger: Trigger = .level, id: ChannelID, idSymbol: String? = nil,
    origin: Origin = Origin()
  ) {
    self.init(.line(number, trigger), id: id, idSymbol: idSymbol, origin: origin)
  }

  /// The line's number, unless it is an x86 kind.
  public var number: IRQNumber? {
    if case .line(let number, _) = source { number } else { nil }
  }
}
