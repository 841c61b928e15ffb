// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Glibc

/// Runs other programs. Input and output go through temporary files, which unlike pipes cannot
/// deadlock.
public enum Subprocess {
  /// What a program left behind.
  public struct Result: Hashable, Sendable {
    /// Exit status; 128 plus the signal's number if a signal ended the program, as in shells.
    public var status: Int32
    /// Standard output.
    public var output: [UInt8]
    /// Standard error, with bad UTF-8 repaired.
    public var errors: String
  }

  /// Runs a program, found on PATH, and waits for it to end.
  ///
  /// - Throws: `SubprocessError` if it could not be run at all; any exit status is a result.
  public static func run(
    _ arguments: [String], input: [UInt8] = []
  ) throws(SubprocessError) -> Result {
    let program = arguments.first ?? ""
    let files = try (0..<3).map { _ throws(SubprocessError) in try TemporaryFile(for: program) }
    defer { files.forEach { $0.close() } }
    try files[0].write(input)
    let status = try spawn(arguments, descriptors: files.map(\.descriptor))
    return Result(
      status: status, output: try files[1].contents(),
      errors: String(decoding: try files[2].contents(), as: UTF8.self))
  }

  private static func spawn(
    _ arguments: [String], descriptors: [Int32]
  ) throws(SubprocessError) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, descriptor) in descriptors.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(target))
    }
    return try wait(for: start(arguments, actions), arguments.first ?? "")
  }

  static func start(
    _ arguments: [String], _ actions: posix_spawn_file_actions_t
  ) throws(SubprocessError) -> pid_t {
    let program = arguments.first ?? ""
    var actions = actions
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var pid: pid_t = 0
    let failure = posix_spawnp(&pid, program, &actions, nil, &words, environ)
    if failure == ENOENT { throw .missing(program: program) }
    if failure != 0 { throw .failed(program: program, errno: failure) }
    return pid
  }

  /// Exit status; 128 plus the signal's number if a signal ended the program.
  static func wait(for pid: pid_t, _ program: String) throws(SubprocessError) -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
      guard errno == EINTR else { throw .failed(program: program, errno: errno) }
    }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }
}

/// Why a program could not be run at all.
public enum SubprocessError: Error, Hashable {
  /// Nothing on PATH has this name.
  case missing(program: String)
  /// The C library refused.
  case failed(program: String, errno: Int32)
}

extension SubprocessError: DiagnosableError {
  /// One finding, `missing-program`.
  public var findings: [Finding] {
    switch self {
    case .missing(let program):
      let packages = ["dtc": "device-tree-compiler", "dot": "graphviz"]
      return [
        Finding(
          rule: "missing-program", "the program '\(program)' is not installed",
          fix: packages[program].map { "install Debian's package \($0)" })
      ]
    case .failed(let program, let errno):
      return [Finding(rule: "missing-program", "cannot run '\(program)': \(systemText(errno))")]
    }
  }
}

/// A file without a name, which disappears when it is closed.
private struct TemporaryFile {
  private let stream: UnsafeMutablePointer<FILE>
  private let program: String
  let descriptor: Int32

  init(for program: String) throws(SubprocessError) {
    guard let stream = tmpfile() else { throw .failed(program: program, errno: errno) }
    self.stream = stream
    self.program = program
    descriptor = fileno(stream)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  func close() { fclose(stream) }

  /// Writes everything and rewinds.
  func write(_ bytes: [UInt8]) throws(SubprocessError) {
    do { try Files.write(bytes, to: descriptor, program) } catch {
      throw .failed(program: program, errno: EIO)
    }
    lseek(descriptor, 0, SEEK_SET)
  }

  /// The whole contents.
  func contents() throws(SubprocessError) -> [UInt8] {
    lseek(descriptor, 0, SEEK_SET)
    do { return try Files.read("/proc/self/fd/\(descriptor)") } catch {
      throw .failed(program: program, errno: EIO)
    }
  }
}
