// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Glibc
import HTTP
import NFS
import NFSTestSupport
import Time

/// A web server on a TCP port of this machine, with its files on an NFS server of this machine. It runs
/// on its own thread until `stop`.
final class WebLoop: @unchecked Sendable {
  let port: UInt16
  private let listener: Int32
  private let setup: SiteSetup
  private let nfs = NFSSocket()
  private var sockets: [Int: Int32] = [:]
  private var hasEnded: Set<Int> = []
  private var unread: [Int: [UInt8]] = [:]
  // Set once, by another thread, and read once per turn.
  private var isStopped = false
  private var thread = pthread_t()

  init(_ setup: SiteSetup) {
    self.setup = setup
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(listener, $0, length)
        _ = listen(listener, 1024)
        _ = getsockname(listener, $0, &length)
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    let context = Unmanaged.passRetained(self).toOpaque()
    pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<WebLoop>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context)
  }

  func stop() {
    isStopped = true
    pthread_join(thread, nil)
    close(listener)
    for socket in sockets.values { close(socket) }
  }

  private func run() {
    while !isStopped {
      let now = NFSSocket.now()
      setup.runUntilIdle(now: now)
      nfs.act(&setup.fileServer.nfs)
      for id in Array(sockets.keys) { push(id) }
      setup.runUntilIdle(now: NFSSocket.now())
      wait()
      let later = NFSSocket.now()
      setup.fileServer.nfs.timePassed(now: later)
      setup.web.timePassed(now: later)
    }
  }

  private func wait() {
    var entries = [
      pollfd(fd: listener, events: Int16(POLLIN), revents: 0), nfs.entry(setup.fileServer.nfs),
    ]
    let ids = Array(sockets.keys)
    for id in ids {
      var events: Int32 = 0
      if setup.web.outputCount(id) > 0 { events |= POLLOUT }
      if !hasEnded.contains(id), unread[id] == nil { events |= POLLIN }
      entries.append(pollfd(fd: sockets[id] ?? -1, events: Int16(events), revents: 0))
    }
    let pause = NFSSocket.pause(min(setup.fileServer.nfs.deadline, setup.web.deadline))
    _ = poll(&entries, nfds_t(entries.count), min(pause, 200))
    nfs.move(entries[1].revents, &setup.fileServer.nfs)
    for (index, id) in ids.enumerated() where entries[index + 2].revents != 0 { pull(id) }
    if entries[0].revents != 0 { accept() }
  }

  private func accept() {
    while true {
      let socket = Glibc.accept(listener, nil, nil)
      guard socket >= 0 else { return }
      _ = fcntl(socket, F_SETFL, O_NONBLOCK)
      guard let id = setup.web.open(now: NFSSocket.now()) else {
        let answer = [UInt8](HTTPServer.busyAnswer)
        _ = send(socket, answer, answer.count, Int32(MSG_NOSIGNAL))
        close(socket)
        continue
      }
      sockets[id] = socket
    }
  }

  private func pull(_ id: Int) {
    guard let socket = sockets[id], !hasEnded.contains(id), unread[id] == nil else { return }
    var buffer = [UInt8](repeating: 0, count: 16_384)
    let count = recv(socket, &buffer, buffer.count, 0)
    if count > 0 {
      offer(id, Array(buffer[..<count]))
    } else if count == 0 {
      hasEnded.insert(id)
      setup.web.peerEnded(id, now: NFSSocket.now())
    } else if errno != EAGAIN {
      end(id)
    }
  }

  private func offer(_ id: Int, _ bytes: [UInt8]) {
    let taken = setup.web.receive(id, bytes.span, now: NFSSocket.now())
    unread[id] = taken < bytes.count ? Array(bytes[taken...]) : nil
  }

  private func push(_ id: Int) {
    guard let socket = sockets[id] else { return }
    while true {
      let output = setup.web.withOutput(id) { [UInt8](copying: $0) } ?? []
      if output.isEmpty { break }
      let count = send(socket, output, output.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else {
        if errno != EAGAIN { return end(id) }
        break
      }
      setup.web.sent(id, count, now: NFSSocket.now())
    }
    if let rest = unread[id] { offer(id, rest) }
    switch setup.web.disposal(id) {
    case .stayOpen: break
    case .endOutput: shutdown(socket, Int32(SHUT_WR))
    case .close: end(id)
    case .reset:
      var option = linger(l_onoff: 1, l_linger: 0)
      setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
      end(id)
    }
  }

  private func end(_ id: Int) {
    if let socket = sockets.removeValue(forKey: id) { close(socket) }
    hasEnded.remove(id)
    unread[id] = nil
    setup.web.close(id)
    setup.files.forget(id)
  }
}
