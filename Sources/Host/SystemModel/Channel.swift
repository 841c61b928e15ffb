// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Two protection domains that can signal, and where allowed call, each other (Microkit manual,
/// "channel").
public struct Channel: Hashable, Sendable {
  /// One protection domain's side of a channel.
  public struct End: Hashable, Sendable {
    /// Name of the protection domain at this end.
    public var domain: String
    /// This end's identifier for the channel.
    public var id: ChannelID
    /// Whether this end may make protected calls to the other.
    public var mayCall: Bool
    /// Whether this end may signal the other (SDKs before 2.0 always allow it).
    public var mayNotify: Bool
    /// Symbol of the image that the Microkit tool sets to `id` (since 2.1.0).
    public var idSymbol: String?
    /// Where the `<end>` was read from.
    public var origin: Origin

    /// Creates an end that may signal but not call, unless said otherwise.
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

  /// The first `<end>`.
  public var a: End
  /// The second `<end>`.
  public var b: End
  /// Where the `<channel>` was read from.
  public var origin: Origin

  /// Creates a channel between two ends.
  public init(_ a: End, _ b: End, origin: Origin = Origin()) {
    self.a = a
    self.b = b
    self.origin = origin
  }

  /// Both ends, in the order of the file.
  public var ends: [End] { [a, b] }
}
