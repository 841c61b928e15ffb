// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// File system records (lions/fs/config.h and LionsOS's NFS component).

/// Record of a client of a file server (`fs_client_config_t`).
public enum FileSystemClientConfig: Record {
  /// `sizeof(fs_client_config_t)`.
  public static var byteCount: Int { 64 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".fs_client_config" }
  /// LionsOS, class 1.
  public static var magic: Magic { .lionsOS(1) }

  /// Queues and share of the server.
  public static var server: Field<Self, FileSystemConnection> { .init(at: 8) }
}

/// Record of a file server (`fs_server_config_t`).
public enum FileSystemServerConfig: Record {
  /// `sizeof(fs_server_config_t)`.
  public static var byteCount: Int { 64 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".fs_server_config" }
  /// LionsOS, class 1.
  public static var magic: Magic { .lionsOS(1) }

  /// Queues and share of the client.
  public static var client: Field<Self, FileSystemConnection> { .init(at: 8) }
}

/// Record of the NFS client (`nfs_config_t`).
public enum NFSConfig: Record {
  /// `sizeof(nfs_config_t)`.
  public static var byteCount: Int { 8200 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".nfs_config" }
  /// LionsOS, class 2.
  public static var magic: Magic { .lionsOS(2) }

  /// The server's IPv4 address in dotted decimal, or its name.
  public static var server: TextField<Self> { .init(at: 8, capacity: 4096) }
  /// Directory on the server to mount.
  public static var exportPath: TextField<Self> { .init(at: 4104, capacity: 4096) }
}
