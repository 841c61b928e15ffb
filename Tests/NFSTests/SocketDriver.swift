// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Glibc
import NFS
import NFSTestSupport

/// Runs a client over TCP sockets of this machine.
final class SocketDriver {
  var client: NFSClient
  private var socket: Int32 = -1
  private var isConnecting = false
  private var completions: [UInt64: FileResult] = [:]
  private var nextTag: UInt64 = 1
  private let useLocalPort: Bool

  init(_ client: NFSClient, useLocalPort: Bool = false) {
    self.client = client
    self.useLocalPort = useLocalPort
    self.client.connect(now: Self.now())
  }

  deinit { if socket >= 0 { _ = Glibc.close(socket) } }

  static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Starts a request and returns its tag.
  func start(_ request: FileRequest) -> UInt64 {
    let tag = nextTag
    nextTag += 1
    _ = client.start(request, tag: tag, now: Self.now())
    return tag
  }

  /// Runs until the request with `tag` is answered.
  func wait(_ tag: UInt64) -> FileResult {
    while true {
      if let result = completions.removeValue(forKey: tag) { return result }
      turn()
    }
  }

  func run(_ request: FileRequest) -> FileResult { wait(start(request)) }

  func dropConnection() {
    guard socket >= 0 else { return }
    _ = Glibc.close(socket)
    socket = -1
    client.disconnected(now: Self.now())
  }

  func turn() {
    act()
    if collect() { return }
    let now = Self.now()
    let deadline = client.deadline
    let pause = deadline <= now ? 0 : min((deadline - now) / 1_000_000 + 1, 1000)
    var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    if isConnecting || client.outputCount > 0 { entry.events |= Int16(POLLOUT) }
    _ = poll(&entry, socket >= 0 ? 1 : 0, Int32(pause))
    if socket >= 0 { move(entry.revents) }
    client.timePassed(now: Self.now())
    _ = collect()
  }

  /// Whether there were answers.
  private func collect() -> Bool {
    var isSome = false
    while let completion = client.nextCompletion() {
      completions[completion.tag] = completion.result
      isSome = true
    }
    return isSome
  }

  private func act() {
    while let action = client.nextAction(now: Self.now()) {
      switch action {
      case .disconnect:
        if socket >= 0 { _ = Glibc.close(socket) }
        socket = -1
      case .connect(let port, let localPort): connect(port, localPort)
      }
    }
  }

  private func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  private func connect(_ port: UInt16, _ localPort: UInt16) {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    isConnecting = true
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    if useLocalPort {
      var local = address(localPort)
      _ = withUnsafePointer(to: &local) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(socket, $0, length)
        }
      }
    }
    var remote = address(port)
    let result = withUnsafePointer(to: &remote) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, length)
      }
    }
    if result < 0, errno != EINPROGRESS { dropConnection() }
  }

  private func move(_ events: Int16) {
    if isConnecting, events & Int16(POLLOUT | POLLERR | POLLHUP) != 0 {
      isConnecting = false
      var error: Int32 = 0
      var length = socklen_t(4)
      _ = getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length)
      if error != 0 { return dropConnection() }
      client.connected(now: Self.now())
    }
    if events & Int16(POLLOUT) != 0, client.outputCount > 0 {
      let output = client.withOutput { [UInt8](copying: $0) }
      let count = Glibc.send(socket, output, output.count, Int32(MSG_NOSIGNAL))
      if count > 0 { client.sent(count) }
    }
    if events & Int16(POLLIN | POLLHUP | POLLERR) != 0, socket >= 0 {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = recv(socket, &buffer, buffer.count, 0)
      if count > 0 {
        client.receive(buffer.span.extracting(0..<count), now: Self.now())
      } else if count == 0 || errno != EAGAIN {
        dropConnection()
      }
    }
  }
}
