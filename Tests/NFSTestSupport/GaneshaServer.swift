// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// A new nfs-ganesha process that exports an empty folder, on random ports. It needs the Debian packages
/// nfs-ganesha, nfs-ganesha-vfs and rpcbind, and root, because it opens files by their handles.
public final class GaneshaServer {
  /// Whether nfs-ganesha is installed and the process is root.
  public static let isInstalled: Bool =
    geteuid() == 0 && access("/usr/bin/ganesha.nfsd", X_OK) == 0

  /// The directory of the configuration, the log and the export; removed at the end.
  public let directory: String
  /// The path of the exported folder.
  public let export: String
  /// The port of NFS.
  public let filesPort: UInt16
  /// The port of MOUNT.
  public let mountPort: UInt16
  private var process: pid_t = 0
  // Held while the server exists: two servers would replace each other's entries in the port mapper.
  private let lock: Int32

  /// Starts a server, after all others of this machine have ended.
  public init() {
    lock = open("/tmp/serval-ganesha.lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    flock(lock, LOCK_EX)
    var template = Array("/tmp/serval-ganesha-XXXXXX".utf8CString)
    _ = mkdtemp(&template)
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    export = directory + "/export"
    mkdir(export, 0o755)
    filesPort = UInt16.random(in: 20_000..<30_000)
    mountPort = filesPort + 1
    // A killed server leaves its ports registered, and the port mapper refuses new ones.
    _ = Self.run([
      "/bin/sh", "-c",
      """
      rpcinfo -p 127.0.0.1 >/dev/null 2>&1 || { mkdir -p /run/rpcbind; rpcbind -w; sleep 1; }
      for program in '100003 3' '100005 1' '100005 3'; do rpcinfo -d $program; done 2>/dev/null
      """,
    ])
    let configuration = """
      NFS_CORE_PARAM { Protocols = 3; NFS_Port = \(filesPort); MNT_Port = \(mountPort);
        Bind_addr = 127.0.0.1; Enable_NLM = false; Enable_RQUOTA = false; mount_path_pseudo = false; }
      NFSV4 { Graceless = true; RecoveryBackend = fs; }
      EXPORT { Export_Id = 1; Path = \(export); Pseudo = /export; Access_Type = RW;
        Squash = No_Root_Squash; Protocols = 3; Transports = TCP; SecType = sys;
        Disable_ACL = true; PrivilegedPort = false; FSAL { Name = VFS; } }
      """
    Self.write(Array(configuration.utf8), to: directory + "/ganesha.conf")
    start()
  }

  /// The server's process identifier; nil unless it runs.
  public var identifier: pid_t? { process > 0 ? process : nil }

  deinit {
    stop()
    _ = Self.run(["/bin/rm", "-rf", directory])
    close(lock)
  }

  /// Starts the process.
  public func start() {
    mkdir("/var/run/ganesha", 0o755)
    process = Self.spawn([
      "/usr/bin/ganesha.nfsd", "-F", "-f", directory + "/ganesha.conf", "-L", directory + "/log",
      "-p", directory + "/pid",
    ])
  }

  /// Kills the process.
  public func stop() {
    guard process > 0 else { return }
    kill(process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    process = 0
  }

  private static func spawn(_ arguments: [String]) -> pid_t {
    var process: pid_t = 0
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    pointers.append(nil)
    posix_spawn(&process, arguments[0], nil, nil, pointers, environ)
    for pointer in pointers { free(pointer) }
    return process
  }

  /// Runs a program to its end, and returns its wait status.
  public static func run(_ arguments: [String]) -> Int32 {
    let process = spawn(arguments)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    return status
  }

  /// Replaces the contents of the file at `path`.
  public static func write(_ bytes: [UInt8], to path: String) {
    let file = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o644)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(file, $0.baseAddress.map { $0 + written }, bytes.count - written)
      }
      guard count > 0 else { break }
      written += count
    }
    close(file)
  }
}
