// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import Time

/// A connection to BoGo's runner.
struct ShimSocket: ~Copyable {
  private let descriptor: Int32
  private let piece: Int

  /// Connects to a port of this machine.
  ///
  /// - Parameter isSlow: takes single bytes.
  init(port: UInt16, isIPv6: Bool, isSlow: Bool) {
    descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    piece = isSlow ? 1 : 1 << 16
    var failed = true
    if isIPv6 {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      address.sin6_addr = in6addr_loopback
      failed = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) != 0
        }
      }
    } else {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      failed = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) != 0
        }
      }
    }
    if failed { stop("tls-server: no connection to the runner") }
    var option: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &option, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(descriptor) }

  /// Sends all bytes; those that cannot be sent are lost.
  func send(_ bytes: Span<UInt8>) -> Int {
    var start = 0
    while start < bytes.count {
      let sent = bytes.extracting(start..<bytes.count).withUnsafeBufferPointer {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard sent > 0 else { break }
      start += sent
    }
    return bytes.count
  }

  /// Waits for bytes, or until a deadline, and appends them.
  ///
  /// - Returns: false at the peer's end.
  func receive(_ input: inout [UInt8], until deadline: Instant, now: Instant) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let pause = deadline <= now ? 0 : min((deadline - now).milliseconds, 10_000) + 1
    guard poll(&entry, 1, Int32(pause)) > 0 else { return true }
    var buffer = [UInt8](repeating: 0, count: piece)
    let count = recv(descriptor, &buffer, piece, 0)
    guard count > 0 else { return false }
    input += buffer[..<count]
    return true
  }

  /// Ends our direction, and lets the peer read all of it: closing with unread bytes would reset the connection.
  func finish() {
    _ = shutdown(descriptor, Int32(SHUT_WR))
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while recv(descriptor, &buffer, buffer.count, 0) > 0 {}
  }
}
