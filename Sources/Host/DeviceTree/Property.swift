// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension DeviceTree {
  /// A property: bytes whose meaning depends on its name (Devicetree Specification 2.2.4).
  public struct Property: Hashable, Sendable {
    /// At most 255 bytes.
    public var name: String
    /// As in the blob: numbers are big-endian.
    public var bytes: [UInt8]

    /// Creates a property; for tests.
    public init(name: String, bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }

    /// Big-endian 32-bit cells; nil unless the length is a multiple of 4 bytes.
    public var cells: [UInt32]? {
      guard bytes.count.isMultiple(of: 4) else { return nil }
      return stride(from: 0, to: bytes.count, by: 4).map { start in
        bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
      }
    }

    /// The value of a property of one cell; nil for any other length.
    public var cell: UInt32? { bytes.count == 4 ? cells?.first : nil }

    /// The NUL-terminated strings; a missing last NUL is accepted, bad UTF-8 repaired.
    public var strings: [String] {
      var parts = bytes.split(separator: 0, omittingEmptySubsequences: false)
      if parts.last?.isEmpty == true { parts.removeLast() }
      return parts.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The first string; nil for an empty property.
    public var string: String? { strings.first }
  }
}

extension DeviceTree.Node {
  /// The first property of that name.
  public subscript(property: String) -> DeviceTree.Property? {
    properties.first { $0.name == property }
  }

  /// The name without its unit address: `serial` of `serial@3000`.
  public var baseName: Substring { name.prefix { $0 != "@" } }

  /// What follows the `@` of the name: `3000`, or `1,0` on PCI; nil without one.
  public var unitAddress: Substring? {
    name.firstIndex(of: "@").map { name[name.index(after: $0)...] }
  }

  /// Values of `compatible`, most specific first.
  public var compatible: [String] { self["compatible"]?.strings ?? [] }

  /// False if `status` is anything but `okay` (Devicetree Specification 2.3.4: absent means okay).
  /// Ignores the buses above.
  public var isEnabled: Bool {
    guard let status = self["status"]?.string else { return true }
    return status == "okay" || status == "ok"
  }
}
