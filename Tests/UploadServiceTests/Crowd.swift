// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Streams
import TestSupport
import Time
import UploadService

/// A service in memory, and peers of which each sends and reads as a seed says.
struct Crowd {
  /// A connection with one request.
  struct Peer {
    let stream: Int
    var rest: [UInt8]
    var output: [UInt8] = []
    /// How the server has ended the connection; nil while it is open.
    var end: StreamDisposal?
    /// Whether the peer itself has ended it.
    var hasGone = false
  }

  let service: UploadService
  private var server: HTTPServer
  private(set) var now = Instant.start
  private(set) var peers: [Peer] = []

  init(_ limits: UploadLimits = UploadLimits()) {
    service = UploadService(limits)
    server = HTTPServer(service.routes)
  }

  /// Connections that the server has open.
  var openCount: Int { server.connectionCount }

  /// Adds a peer with a request; its number.
  mutating func add(_ request: String, body: [UInt8] = []) -> Int {
    let stream = server.open(now: now) ?? -1
    peers.append(Peer(stream: stream, rest: Array(request.utf8) + body))
    return peers.count - 1
  }

  /// The response to a request that is sent and read at once.
  mutating func ask(_ request: String) -> String {
    let peer = add(request)
    for _ in 0..<100 { move(peer, sending: .max, reading: .max) }
    return String(decoding: peers[peer].output, as: UTF8.self)
  }

  /// Lets a peer send and read so many bytes at most.
  mutating func move(_ index: Int, sending: Int, reading: Int) {
    guard peers[index].end == nil, !peers[index].hasGone else { return }
    let stream = peers[index].stream
    let piece = Array(peers[index].rest.prefix(sending))
    if !piece.isEmpty {
      peers[index].rest.removeFirst(server.receive(stream, piece.span, now: now))
    }
    var left = reading
    var output: [UInt8] = []
    while left > 0,
      server.send(
        stream, now: now,
        through: { bytes in
          let count = min(left, bytes.count)
          for offset in 0..<count { output.append(bytes[offset]) }
          left -= count
          return count
        })
    {}
    peers[index].output += output
    settle()
  }

  /// Ends a peer's connection without a word.
  mutating func vanish(_ index: Int) {
    guard peers[index].end == nil, !peers[index].hasGone else { return }
    peers[index].hasGone = true
    server.closed(peers[index].stream, now: now)
    settle()
  }

  /// Lets time pass.
  mutating func wait(_ time: Interval) {
    now = now + time
    settle()
  }

  /// Does what the server asks for.
  private mutating func settle() {
    for _ in 0..<100 where server.deadline <= now { server.timePassed(now: now) }
    while server.nextChanged() != nil {}
    for index in peers.indices where peers[index].end == nil && !peers[index].hasGone {
      let stream = peers[index].stream
      switch server.disposal(stream) {
      case .stayOpen: continue
      case .reset: peers[index].end = .reset
      case .endOutput, .close:
        guard server.outputCount(stream) == 0 else { continue }
        peers[index].end = .close
      }
      server.closed(stream, now: now)
    }
  }
}
