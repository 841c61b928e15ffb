// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// File system records (lions/fs/config.h and LionsOS's NFS component).

public enum FileSystemClientConfig: Record {
  public static var byteCount: Int { 64 }
  public static var section: StaticString { ".fs_client_config" }
  public static var magic: Magic { .lionsOS(1) }

  public static var server: Field<Self, FileSystemConnection> { .init(at: 8) }
}

public enum FileSystemServerConfig: Record {
  public static var byteCount: Int { 64 }
  public static var section: StaticString { ".fs_server_config" }
  public static var magic: Magic { .lionsOS(1) }

  public static var client: Field<Self, FileSystemConnection> { .init(at: 8) }
}

public enum NFSConfig: Record {
  public static var byteCount: Int { 8200 }
  public static var section: StaticString { ".nfs_config" }
  public static var magic: Magic { .lionsOS(2) }

  /// Address of the server in dotted decimal, or its name.
  public static var server: TextField<Self> { .init(at: 8, capacity: 4096) }
  /// Path that the server exports.
  public static var exportPath: TextField<Self> { .init(at: 4104, capacity: 4096) }
}
