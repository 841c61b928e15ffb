// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import NFS
import NFSFileServer
import NFSTestSupport
import Rings
import TargetTestSupport
import Time

/// A client, the server and an NFS server in memory, with queues and a share between the first two.
final class Setup {
  static let shareSize = 1 << 20
  let commandMemory = SharedMemory(byteCount: 32_768)
  let completionMemory = SharedMemory(byteCount: 32_768)
  let share = SharedMemory(byteCount: Setup.shareSize)
  let files = FakeServer()
  let wire: Simulation
  private var server: NFSFileServer
  private var client: FileSystemClient
  private var answers: [Int: FileSystemClient.Completion] = [:]

  init() throws {
    guard let commands = Ring<FileQueue>(queue: commandMemory.region),
      let completions = Ring<FileQueue>(queue: completionMemory.region)
    else { throw PeerFault.beyondCapacity }
    wire = Simulation(files)
    wire.collects = false
    server = NFSFileServer(
      wire.client, commands: commands, completions: completions, share: share.region)
    client = FileSystemClient(commands: commands, completions: completions)
  }

  var counters: NFSFileServer.Counters { server.counters }
  var isQuarantined: Bool { server.isQuarantined }
  var unknownAnswers: UInt64 { client.unknownAnswers }

  func serve() -> Bool {
    defer { checkInvariants() }
    return server.serve(now: wire.now)
  }

  private func checkInvariants() {
    guard let found = server.checkInvariants() ?? client.checkInvariants() else { return }
    preconditionFailure(found)
  }

  /// Handles the next event on the wire.
  func step() {
    wire.client = server.nfs
    wire.step()
    server.nfs = wire.client
  }

  /// Cuts the connection and refuses new ones.
  func lose() {
    wire.isDown = true
    wire.client = server.nfs
    wire.cut()
    server.nfs = wire.client
  }

  /// Submits a command and returns its number.
  func submit(_ command: FileCommand) throws -> Int {
    guard let number = try client.submit(command) else { throw PeerFault.beyondCapacity }
    _ = client.publish()
    return number
  }

  func collect() throws {
    while let answer = try client.nextCompletion() { answers[answer.number] = answer }
  }

  func wait(_ number: Int) throws -> FileSystemClient.Completion {
    while true {
      _ = serve()
      try collect()
      if let answer = answers.removeValue(forKey: number) { return answer }
      step()
    }
  }

  func run(_ command: FileCommand) throws -> FileSystemClient.Completion {
    try wait(try submit(command))
  }

  func status(_ command: FileCommand) throws -> FileStatus { try run(command).status }

  /// Writes a path into the share, and returns its buffer.
  func path(_ text: String, at offset: Int = 0) -> ShareBuffer {
    let path = bytes(text)
    for (index, byte) in path.enumerated() { share.poke(byte, at: offset + index) }
    return ShareBuffer(offset: UInt64(offset), byteCount: UInt64(path.count))
  }

  func data(_ range: Range<Int>) -> [UInt8] { share.dump(range) }
}
