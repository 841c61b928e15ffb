// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Glibc
import NFS
import Time

/// The connection of an NFS client to a server on this machine.
public final class NFSSocket {
  private var socket: Int32 = -1
  private var isConnecting = false
  private let usesLocalPort: Bool

  /// - Parameter usesLocalPort: binds to the port that the client asks for, which needs root.
  public init(usesLocalPort: Bool = false) { self.usesLocalPort = usesLocalPort }

  deinit { if socket >= 0 { _ = Glibc.close(socket) } }

  /// The monotonic clock.
  public static func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(
      nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
  }

  /// Performs the client's requests to connect and disconnect.
  public func act(_ client: inout NFSClient) {
    while let action = client.nextAction(now: Self.now()) {
      switch action {
      case .disconnect:
        if socket >= 0 { _ = Glibc.close(socket) }
        socket = -1
      case .connect(let port, let localPort): connect(port, localPort, &client)
      }
    }
  }

  /// Closes the connection and tells the client.
  public func drop(_ client: inout NFSClient) {
    guard socket >= 0 else { return }
    _ = Glibc.close(socket)
    socket = -1
    client.disconnected(now: Self.now())
  }

  /// What to poll for; the descriptor is negative without a connection.
  public func entry(_ client: NFSClient) -> pollfd {
    var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    if isConnecting || client.outputCount > 0 { entry.events |= Int16(POLLOUT) }
    return entry
  }

  /// Milliseconds until the client's deadline, one second at most.
  public static func pause(_ deadline: Instant) -> Int32 {
    let now = now()
    return deadline <= now ? 0 : Int32(min((deadline - now).milliseconds + 1, 1000))
  }

  private func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  private func connect(_ port: UInt16, _ localPort: UInt16, _ client: inout NFSClient) {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    isConnecting = true
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    if usesLocalPort {
      var local = address(localPort)
      _ = withUnsafePointer(to: &local) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) }
      }
    }
    var remote = address(port)
    let result = withUnsafePointer(to: &remote) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(socket, $0, length) }
    }
    if result < 0, errno != EINPROGRESS { drop(&client) }
  }

  /// Sends and receives bytes after `poll` has reported `events`.
  public func move(_ events: Int16, _ client: inout NFSClient) {
    guard socket >= 0 else { return }
    if isConnecting, events & Int16(POLLOUT | POLLERR | POLLHUP) != 0 {
      isConnecting = false
      var error: Int32 = 0
      var length = socklen_t(4)
      _ = getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length)
      if error != 0 { return drop(&client) }
      client.connected(now: Self.now())
    }
    if events & Int16(POLLOUT) != 0, client.outputCount > 0 {
      let output = client.withOutput { [UInt8](copying: $0) }
      let count = Glibc.send(socket, output, output.count, Int32(MSG_NOSIGNAL))
      if count > 0 { client.sent(count) }
    }
    if events & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = recv(socket, &buffer, buffer.count, 0)
      if count > 0 {
        client.receive(buffer.span.extracting(0..<count), now: Self.now())
      } else if count == 0 || errno != EAGAIN {
        drop(&client)
      }
    }
  }
}
