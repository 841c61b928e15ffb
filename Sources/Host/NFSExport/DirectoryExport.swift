// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// Exports a directory read-only over NFS version 3 on a Unix socket; port mapper, MOUNT and NFS share the socket.
/// A thread of its own serves it until this object is released.
public final class DirectoryExport: @unchecked Sendable {
  /// Why the export could not start; the numbers are from `errno`.
  public enum Failure: Error, Hashable {
    /// The directory at this path could not be opened.
    case directory(String, errno: Int32)
    /// The socket, its pipe or its thread could not be created.
    case socket(errno: Int32)
  }

  /// The TCP port that the port mapper reports for both NFS and MOUNT.
  public static let port: UInt16 = 2049
  /// The port mapper's TCP port (RFC 1833, section 3).
  public static let portMapperPort: UInt16 = 111

  /// Path of the socket, in a temporary directory that only this user can read.
  public let socketPath: String
  private let listener: Int32
  // Closing the write end stops the thread.
  private let wake: (read: Int32, write: Int32)
  private var thread = pthread_t()

  /// Starts serving `directory`.
  public init(_ directory: String) throws(Failure) {
    let tree: ExportedTree
    do throws(ExportedTree.OpenFailure) { tree = try ExportedTree(directory) } catch {
      throw .directory(directory, errno: error.errno)
    }
    var template = Array("/tmp/serval-export-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw .socket(errno: errno) }
    let made = String(
      decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    socketPath = "\(made)/nfs"
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var pipes: [Int32] = [0, 0]
    guard listener >= 0, pipe(&pipes) == 0, Self.bind(listener, to: socketPath),
      listen(listener, 8) == 0
    else { throw .socket(errno: errno) }
    wake = (pipes[0], pipes[1])
    for descriptor in [listener, wake.read, wake.write] {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    // `deinit` does not run when the process exits.
    Leftovers.add(socketPath)
    let server = ExportServer(
      listener: listener, wake: wake.read,
      dispatcher: RPCDispatcher(programs: [
        PortMapper(port: Self.port), MountProgram(tree: tree), NFSv3Program(tree: tree),
      ]))
    let argument = Unmanaged.passRetained(server).toOpaque()
    let failure = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<ExportServer>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, argument)
    guard failure == 0 else { throw .socket(errno: failure) }
  }

  deinit {
    close(wake.write)
    pthread_join(thread, nil)
    close(wake.read)
    close(listener)
    Leftovers.remove(socketPath)
  }

  private static func bind(_ listener: Int32, to path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(listener, $0, size) == 0
      }
    }
  }
}
