// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import HTTP
import HostSockets
import NFS
import NFSTestSupport
import Time

/// A web server on a TCP port of this machine, with its files on an NFS server of this machine. It runs
/// on its own thread until `stop`.
final class WebLoop: @unchecked Sendable {
  let port: UInt16
  private let setup: SiteSetup
  private var server: SocketServerPump
  private var client = SocketClientPump()
  // Set once, by another thread, and read once per turn.
  private var isStopped = false
  private var thread = pthread_t()

  init(_ setup: SiteSetup) throws {
    self.setup = setup
    server = try SocketServerPump()
    port = server.port
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
  }

  private func run() {
    var poll = PollSet()
    while !isStopped {
      let now = HostClock.now
      setup.runUntilIdle(now: now)
      poll.removeAll()
      client.prepare(&poll, &setup.fileServer.nfs, now: now)
      server.prepare(&poll, &setup.web, now: now)
      let deadline = min(setup.fileServer.nfs.deadline, server.deadline(setup.web))
      poll.wait(until: min(deadline, now + .milliseconds(200)))
      let later = HostClock.now
      client.act(poll, &setup.fileServer.nfs, now: later)
      server.act(poll, &setup.web, now: later)
    }
  }
}
