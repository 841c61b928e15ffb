// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// What is at the other end of the machine's Ethernet cable. Frames are without their check sequence.
protocol NetworkBackend: AnyObject {
  /// Takes a frame for the machine.
  var deliver: ([UInt8]) -> Void { get set }
  func send(_ frame: [UInt8], now: UInt64)

  /// What to poll for while waiting.
  ///
  /// - Parameter timeout: milliseconds that the wait will take at most; may be made shorter.
  func descriptors(timeout: inout UInt32) -> [pollfd]
  /// Does what the polled descriptors, in the order given, are ready for.
  func handle(_ descriptors: [pollfd], now: UInt64)

  var nextEvent: UInt64? { get }
  func advance(to now: UInt64)

  /// How many frames may wait until the machine's card has buffers for them; more are lost.
  var queueLimit: Int { get }
  /// Whether it keeps its frames while half as many wait: it is not asked for any then.
  var canWait: Bool { get }
}

extension NetworkBackend {
  // As much as a card has memory for.
  var queueLimit: Int { 256 }
  var canWait: Bool { false }
}

/// What the machine's Ethernet is connected to.
public enum NetworkChoice: Hashable, Sendable {
  /// libslirp's network of one: 10.0.2.0/24, a DHCP server, a way out; and at 10.0.2.4 an NFS server for a
  /// directory of the host, where one is given.
  case user(forwards: [PortForward], exportedDirectory: String? = nil)
  /// A tap device of the host.
  case tap(String)
  /// A program that listens on the local socket with this path, in virtual time: `PeerNetwork`.
  case peer(String)

  /// Whether what is at the other end lives in the host's time, so that waiting takes time.
  public var isInRealTime: Bool {
    if case .peer = self { false } else { true }
  }
}

/// A TCP port, or UDP port, of the host that leads to one of the machine's.
public struct PortForward: Hashable, Sendable {
  public var isUDP: Bool
  public var hostPort: UInt16
  /// Nil is the first address that libslirp's DHCP server gives.
  public var guestAddress: [UInt8]?
  public var guestPort: UInt16

  public init(
    hostPort: UInt16, guestAddress: [UInt8]? = nil, guestPort: UInt16, isUDP: Bool = false
  ) {
    self.isUDP = isUDP
    self.hostPort = hostPort
    self.guestAddress = guestAddress
    self.guestPort = guestPort
  }

  /// "5555:80", or "5555:10.0.2.16:80" with the machine's address; in front "udp:" for a port of UDP.
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
