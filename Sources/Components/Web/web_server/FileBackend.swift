// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import FilesWiring
import Microkit
import Networking
import Records
import Rings
import StaticSite
import Time
import Wiring

/// The queues of the file system server that holds the site's files.
struct FileBackend: ServerBackend, ~Copyable {
  let files: FileAccess
  private let channel: Channel
  private let commands: Ring<FileQueue>
  private let completions: Ring<FileQueue>
  private var link: PeerServer
  private var restarts = RestartWatch()
  private var report: SiteReport

  /// Stops the protection domain if the record has no queues or no share.
  ///
  /// - Parameter folder: the site's folder on the server.
  init(_ config: LinkedRecord<FileSystemClientConfig>, folder: [UInt8]) {
    let connection = config[FileSystemClientConfig.server]
    guard let commands = connection.commands, let completions = connection.completions,
      let share = connection.share.shared
    else {
      fatal(
        ".fs_client_config: server has no queues or no share of valid size; lay the system out again"
      )
    }
    files = FileAccess(commands: commands, completions: completions, share: share)
    channel = connection.channel
    (self.commands, self.completions) = (commands, completions)
    link = PeerServer(connection.linkWords, connection.channel)
    if !link.isConnected { files.disconnect() }
    report = SiteReport(folder: folder)
  }

  mutating func collect() {
    if restarts.mayHaveChanged { compareEpochs() }
    files.collect()
  }

  @inline(never) private mutating func compareEpochs() {
    restarts.willCompare()
    let (commands, completions) = (commands, completions)
    let change = link.look {
      commands.reset()
      completions.reset()
    }
    switch change {
    case .none: break
    case .lost: files.disconnect()
    case .found: files.beginAgain()
    }
    restarts.didCompare(isUnsettled: !link.isConnected)
  }
  mutating func nextReady() -> Int? { files.nextReady() }

  mutating func publish(_ log: ServerLog, now: Instant) {
    if files.publish() { channel.notify() }
    report.update(files.trouble, log, now: now)
  }
}
