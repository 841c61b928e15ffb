// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What the machine's Ethernet cable leads to.
public enum NetworkChoice: Hashable, Sendable {
  /// libslirp's user network 10.0.2.0/24, with a DHCP server and access to the host's network. If a directory of
  /// the host is given, an NFS server at 10.0.2.4 exports it.
  case user(forwards: [PortForward], exportedDirectory: String? = nil)
  /// The host's tap device of that name.
  case tap(String)
  /// A program, listening on the local socket at that path, that runs in virtual time: `PeerNetwork`.
  case peer(String)

  /// Whether the network runs in real time, so that virtual time must follow the wall clock.
  public var isInRealTime: Bool {
    if case .peer = self { false } else { true }
  }
}

/// A TCP or UDP port of the host that is forwarded to the machine.
public struct PortForward: Hashable, Sendable {
  /// Whether it forwards UDP rather than TCP.
  public var isUDP: Bool
  /// The port on the host's 127.0.0.1.
  public var hostPort: UInt16
  /// An IPv4 address of four bytes; nil for 10.0.2.15, the first that libslirp's DHCP server assigns.
  public var guestAddress: [UInt8]?
  /// The machine's port.
  public var guestPort: UInt16

  /// - Parameter guestAddress: four bytes; nil for 10.0.2.15.
  public init(
    hostPort: UInt16, guestAddress: [UInt8]? = nil, guestPort: UInt16, isUDP: Bool = false
  ) {
    self.isUDP = isUDP
    self.hostPort = hostPort
    self.guestAddress = guestAddress
    self.guestPort = guestPort
  }

  /// Parses "5555:80" or, with the machine's address, "5555:10.0.2.16:80"; "udp:" in front selects UDP. Nil for
  /// any other text.
  public init?(_ text: String) {
    let isUDP = text.hasPrefix("udp:")
    let parts = text.dropFirst(isUDP ? 4 : 0).split(
      separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, let host = UInt16(parts[0]),
      let guest = UInt16(parts[parts.count - 1]), host > 0, guest > 0
    else { return nil }
    var address: [UInt8]?
    if parts.count == 3 {
      let bytes = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        .compactMap { UInt8($0) }
      guard bytes.count == 4 else { return nil }
      address = bytes
    }
    self.init(hostPort: host, guestAddress: address, guestPort: guest, isUDP: isUDP)
  }
}
