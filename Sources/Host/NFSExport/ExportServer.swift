// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// Serves all connections of an export in one thread. Clients are untrusted: a connection whose record stream is
/// invalid is closed.
final class ExportServer {
  private struct Connection {
    var descriptor: Int32
    var stream = RecordStream()
    var unsent: [UInt8] = []
  }

  private let listener: Int32
  private let wake: Int32
  private var dispatcher: RPCDispatcher
  private var connections: [Connection] = []

  init(listener: Int32, wake: Int32, dispatcher: RPCDispatcher) {
    self.listener = listener
    self.wake = wake
    self.dispatcher = dispatcher
  }

  /// Runs until the other end of `wake` is closed.
  func run() {
    defer { for connection in connections { close(connection.descriptor) } }
    while true {
      var descriptors = [
        pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
      ]
      for connection in connections {
        // A client that does not read its replies may not send more calls.
        let events = connection.unsent.isEmpty ? POLLIN : POLLOUT
        descriptors.append(pollfd(fd: connection.descriptor, events: Int16(events), revents: 0))
      }
      if poll(&descriptors, nfds_t(descriptors.count), -1) < 0 {
        if errno == EINTR { continue }
        return
      }
      if descriptors[0].revents != 0 { return }
      for (index, descriptor) in descriptors.dropFirst(2).enumerated().reversed()
      where descriptor.revents != 0 {
        if !serve(&connections[index]) {
          close(connections[index].descriptor)
          connections.remove(at: index)
        }
      }
      if descriptors[1].revents != 0 { accept() }
    }
  }

  private func accept() {
    let descriptor = Glibc.accept(listener, nil, nil)
    guard descriptor >= 0 else { return }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    connections.append(Connection(descriptor: descriptor))
  }

  /// Receives calls or sends replies.
  ///
  /// - Returns: false if the connection is to be closed.
  private func serve(_ connection: inout Connection) -> Bool {
    if connection.unsent.isEmpty {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = recv(connection.descriptor, &buffer, buffer.count, 0)
      if count < 0 { return errno == EAGAIN || errno == EINTR }
      guard count > 0, let messages = connection.stream.receive(buffer.span.extracting(0..<count))
      else {
        return false
      }
      for message in messages {
        if let reply = dispatcher.answer(message) {
          connection.unsent += RecordStream.record(reply)
        }
      }
    }
    while !connection.unsent.isEmpty {
      let count = send(
        connection.descriptor, connection.unsent, connection.unsent.count,
        Int32(truncatingIfNeeded: MSG_NOSIGNAL))
      if count < 0 { return errno == EAGAIN || errno == EINTR }
      connection.unsent.removeFirst(count)
    }
    return true
  }
}
