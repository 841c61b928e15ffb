// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostSockets
import NFS
import Time

/// Runs an NFS client over a TCP socket to a server on this machine.
public final class SocketDriver {
  /// The client that it runs.
  public var client: NFSClient
  private var pump: SocketClientPump
  private var completions: [UInt64: FileResult] = [:]
  private var nextTag: UInt64 = 1

  /// Takes over a client and starts connecting it.
  public init(_ client: NFSClient, usesLocalPort: Bool = false) {
    self.client = client
    pump = SocketClientPump(usesLocalPort: usesLocalPort)
    self.client.connect(now: HostClock.now)
  }

  /// Starts a request and returns its tag.
  public func start(_ request: FileRequest) -> UInt64 {
    let tag = nextTag
    nextTag += 1
    _ = client.start(request, tag: tag, now: HostClock.now)
    return tag
  }

  /// Runs until the request with `tag` is answered.
  public func wait(_ tag: UInt64) -> FileResult {
    while true {
      if let result = completions.removeValue(forKey: tag) { return result }
      turn()
    }
  }

  /// Runs a request to its end.
  public func run(_ request: FileRequest) -> FileResult { wait(start(request)) }

  /// Closes the connection, as a failing network would.
  public func dropConnection() { pump.drop(&client, now: HostClock.now) }

  private func turn() {
    var poll = PollSet()
    pump.prepare(&poll, &client, now: HostClock.now)
    if collect() { return }
    poll.wait(until: client.deadline)
    pump.act(poll, &client, now: HostClock.now)
    _ = collect()
  }

  /// Collects the client's completions. Returns whether there were any.
  private func collect() -> Bool {
    var isSome = false
    while let completion = client.nextCompletion() {
      completions[completion.tag] = completion.result
      isSome = true
    }
    return isSome
  }
}
