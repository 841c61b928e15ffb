// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Glibc

extension Subprocess {
  /// Runs a program, found on PATH, and returns its standard output, which goes through a pipe and never into a file. Its standard
  /// input and standard error are this process's.
  ///
  /// - Throws: `SubprocessError` if it could not be run at all; any exit status is a result.
  public static func readSecret(
    _ arguments: [String]
  ) throws(SubprocessError) -> (status: Int32, output: [UInt8]) {
    let program = arguments.first ?? ""
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .failed(program: program, errno: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let pid: pid_t
    do throws(SubprocessError) {
      defer { close(ends[1]) }
      pid = try start(arguments, output: ends[1])
    } catch {
      close(ends[0])
      throw error
    }
    // It writes to nothing else that fills, so reading to the end cannot deadlock.
    let output = try? Files.readAll(ends[0], name: program)
    close(ends[0])
    let status = try wait(for: pid, program)
    guard let output else { throw .failed(program: program, errno: EIO) }
    return (status, output)
  }

  private static func start(_ arguments: [String], output: Int32) throws(SubprocessError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    return try start(arguments, actions)
  }
}
