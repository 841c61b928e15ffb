// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Glibc

/// A TCP socket that does not block, and is closed when it is forgotten. All system calls of the pumps but poll(2) are here.
final class Socket {
  /// What a read came to.
  enum Input {
    /// Bytes were read: how many.
    case bytes(Int)
    case nothingYet
    /// The peer sends no more.
    case end
    case failed
  }

  let descriptor: Int32

  private init(_ descriptor: Int32) {
    self.descriptor = descriptor
    var option: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &option, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(descriptor) }

  private static func make() throws(SocketFailure) -> Socket {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_INET, kind, 0)
    guard descriptor >= 0 else { throw SocketFailure(call: .make, code: errno) }
    return Socket(descriptor)
  }

  // MARK: Addresses

  private static func withAddress<Result>(
    _ host: IPv4Address, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = host.value.bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  /// The local port.
  var port: UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = getsockname(descriptor, $0, &length)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  // MARK: Opening

  /// A socket that listens on a port; 0 for any.
  static func listening(
    at host: IPv4Address, _ port: UInt16
  ) throws(SocketFailure) -> Socket {
    let socket = try make()
    var option: Int32 = 1
    setsockopt(
      socket.descriptor, SOL_SOCKET, SO_REUSEADDR, &option, socklen_t(MemoryLayout<Int32>.size))
    let isBound = withAddress(host, port) { bind(socket.descriptor, $0, $1) == 0 }
    guard isBound, listen(socket.descriptor, 1024) == 0 else {
      throw SocketFailure(call: .listen(port: port), code: errno)
    }
    return socket
  }

  /// A socket that connects; `connectionError` then tells whether it has. Nil if it cannot.
  ///
  /// - Parameter localPort: nil for any.
  static func connecting(
    to host: IPv4Address, _ port: UInt16, from localPort: UInt16?
  ) -> Socket? {
    guard let socket = try? make() else { return nil }
    if let localPort {
      _ = withAddress(IPv4Address(0), localPort) { bind(socket.descriptor, $0, $1) }
    }
    let result = withAddress(host, port) { connect(socket.descriptor, $0, $1) }
    return result == 0 || errno == EINPROGRESS ? socket : nil
  }

  /// Why connecting failed: errno; 0 if it did not.
  var connectionError: Int32 {
    var error: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
    return error
  }

  /// The next connection that waits. Nil if there is none, or, with `isExhausted`, no descriptor for it.
  func accept() -> (socket: Socket?, isExhausted: Bool) {
    while true {
      let accepted = Glibc.accept(descriptor, nil, nil)
      if accepted >= 0 {
        _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return (Socket(accepted), false)
      }
      switch errno {
      case EINTR, ECONNABORTED: continue
      case EAGAIN: return (nil, false)
      default: return (nil, true)
      }
    }
  }

  // MARK: Bytes

  /// Reads up to the buffer's size.
  func receive(into buffer: inout [UInt8]) -> Input {
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 { return .bytes(count) }
    if count == 0 { return .end }
    return errno == EAGAIN || errno == EINTR ? .nothingYet : .failed
  }

  /// Writes bytes; returns how many there was room for, or nil if the connection has failed.
  func send(_ bytes: Span<UInt8>) -> Int? {
    guard !bytes.isEmpty else { return 0 }
    let count = bytes.withUnsafeBufferPointer {
      Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    if count >= 0 { return count }
    return errno == EAGAIN || errno == EINTR ? 0 : nil
  }

  // MARK: Ending

  /// Ends our direction.
  func finishSending() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

  /// Makes closing reset the connection.
  func resetOnClose() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }
}
