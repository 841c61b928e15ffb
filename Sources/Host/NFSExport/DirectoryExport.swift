// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// A directory as an NFS server on a Unix socket has it: port mapper, mount and NFS version 3 on one port, reading
/// only. It runs in a thread of its own until it goes away.
public final class DirectoryExport: @unchecked Sendable {
  public enum Failure: Error, Hashable {
    case directory(String, errno: Int32)
    case socket(errno: Int32)
  }

  /// The port that all programs have for whoever asks the port mapper.
  public static let port: UInt16 = 2049
  public static let portMapperPort: UInt16 = 111

  /// Where to connect; in a directory of its own, readable for this user only.
  public let socketPath: String
  private let listener: Int32
  // Closing its writing end wakes the thread.
  private let wake: (read: Int32, write: Int32)
  private var thread = pthread_t()

  /// Serves `directory` from now on.
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

    // The process may end before we do.
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
