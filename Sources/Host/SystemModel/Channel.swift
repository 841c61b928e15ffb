// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A pair of protection domains that can signal, and where allowed call, each other.
public struct Channel: Hashable, Sendable {
  public struct End: Hashable, Sendable {
    /// Name of the protection domain at this end.
    public var domain: String
    /// By what this end's protection domain calls the channel.
    public var id: ChannelID
    /// Whether this end may make protected calls to the other.
    public var mayCall: Bool
    /// Whether this end may signal the other (always true before 2.0).
    public var mayNotify: Bool
    /// Symbol that the tool sets to `id` (since 2.1.0).
    public var idSymbol: String?
    public var origin: Origin

    public init(
      _ domain: String, id: ChannelID, mayCall: Bool = false, mayNotify: Bool = true,
      idSymbol: String? = nil, origin: Origin = Origin()
    ) {
      self.domain = domain
      self.id = id
      self.mayCall = mayCall
      self.mayNotify = mayNotify
      self.idSymbol = idSymbol
      self.origin = origin
    }
  }

  public var a: End
  public var b: End
  public var origin: Origin

  public init(_ a: End, _ b: End, origin: Origin = Origin()) {
    self.a = a
    self.b = b
    self.origin = origin
  }

  public var ends: [End] { [a, b] }
}
