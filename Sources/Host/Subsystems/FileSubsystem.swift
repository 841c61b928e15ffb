// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// A file system server and its client, which speak LionsOS's protocol (lions/fs/protocol.h).
public struct FileSubsystem {
  /// A protection domain of the builder.
  public typealias PD = SystemBuilder.PD

  /// Sizes, which both programs must agree on.
  public struct Options: Hashable, Sendable {
    /// Bytes of each of the two queues.
    public var queueSize: ByteCount = 0x8000
    /// Size of the memory for paths and data, which both ends map.
    public var shareSize = ByteCount.mebibytes(64)
    /// 32 KiB per queue, and 64 MiB to share.
    public init() {}
  }

  /// The domain that executes commands.
  public let server: PD
  /// The domain that sends them.
  public let client: PD
  /// Sizes of queues and shared memory.
  public var options: Options

  /// Creates a connection; nothing is laid out before `connect`.
  public init(server: PD, client: PD, options: Options = Options()) {
    self.server = server
    self.client = client
    self.options = options
  }

  /// Adds the queues, the shared memory, a channel and both records.
  public func connect(in system: inout SystemBuilder) throws(SubsystemError) {
    let command = try system.addRegion("fs_\(server.name)_command_queue", size: options.queueSize)
    let completion = try system.addRegion(
      "fs_\(server.name)_completion_queue", size: options.queueSize)
    let share = try system.addRegion("fs_\(server.name)_share", size: options.shareSize)

    var ends: [FileSystemConnection] = []
    for pd in [server, client] {
      ends.append(
        FileSystemConnection(
          commandQueue: .init(try system.map(command, into: pd, .readWrite)),
          completionQueue: .init(try system.map(completion, into: pd, .readWrite)),
          share: .init(try system.map(share, into: pd, .readWrite)),
          queueLength: 512, id: 0))
    }
    let ids = try system.connect(server: server, client: client)
    ends[0].id = ids.server.rawValue
    ends[1].id = ids.client.rawValue

    var serverRecord = RecordBytes<FileSystemServerConfig>()
    serverRecord[FileSystemServerConfig.client] = ends[0]
    var clientRecord = RecordBytes<FileSystemClientConfig>()
    clientRecord[FileSystemClientConfig.server] = ends[1]
    try system.addRecord(serverRecord, fileName: "fs_server_\(server.name)", to: server)
    try system.addRecord(clientRecord, fileName: "fs_client_\(client.name)", to: client)
  }
}

/// The NFS export that a client uses.
public struct NFSMount {
  /// The server's name or address in dotted decimal, with `:NFS` or `:NFS:MOUNT` for fixed ports;
  /// at most 4095 bytes.
  public var server: String
  /// The exported path; at most 4095 bytes.
  public var path: String

  /// Creates the settings of one client.
  public init(server: String, path: String) {
    self.server = server
    self.path = path
  }

  /// Adds the record for the NFS client `nfs`.
  ///
  /// - Throws: `textTooLong` or `textNotPlain`.
  public func addRecord(
    to nfs: SystemBuilder.PD, in system: inout SystemBuilder
  ) throws(SubsystemError) {
    var record = RecordBytes<NFSConfig>()
    try record.set(NFSConfig.server, to: server, what: "NFS server")
    try record.set(NFSConfig.exportPath, to: path, what: "NFS directory")
    try system.addRecord(record, fileName: "nfs_config", to: nfs)
  }
}
