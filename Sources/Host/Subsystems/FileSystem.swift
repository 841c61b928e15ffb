// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// A file system server and its client, by LionsOS's protocol (lions/fs/protocol.h).
public struct FileSystem {
  public typealias PD = SystemBuilder.PD

  public struct Options: Hashable, Sendable {
    public var queueSize: ByteCount = 0x8000
    /// Memory for paths and data that both ends reach.
    public var shareSize = ByteCount.mebibytes(64)
    public init() {}
  }

  public let server: PD
  public let client: PD
  public var options: Options

  public init(server: PD, client: PD, options: Options = Options()) {
    self.server = server
    self.client = client
    self.options = options
  }

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

/// Where an NFS client finds its export.
public struct NFSExport {
  /// Address in dotted decimal, or name, of the server; at most 4095 bytes.
  public var server: String
  /// Exported path; at most 4095 bytes.
  public var path: String

  public init(server: String, path: String) {
    self.server = server
    self.path = path
  }

  public func give(
    to nfs: SystemBuilder.PD, in system: inout SystemBuilder
  ) throws(SubsystemError) {
    var record = RecordBytes<NFSConfig>()
    try record.set(NFSConfig.server, to: server, what: "NFS server")
    try record.set(NFSConfig.exportPath, to: path, what: "NFS directory")
    try system.addRecord(record, fileName: "nfs_config", to: nfs)
  }
}
