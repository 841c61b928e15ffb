// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// Why a socket cannot be had.
public struct SocketFailure: Error, Equatable, Sendable {
  /// What was tried.
  public enum Call: Equatable, Sendable {
    /// Making the socket.
    case make
    /// Listening on the port.
    case listen(port: UInt16)
  }

  /// What was tried.
  public var call: Call
  /// The reason: errno.
  public var code: Int32

  /// What is wrong, and what to do about it: one line.
  public var explanation: String {
    switch (call, code) {
    case (.listen(let port), EADDRINUSE):
      "port \(port) is taken by another program; choose another, as in --port \(port == 8080 ? 8081 : 8080)"
    case (.listen(let port), EACCES):
      "port \(port) is for privileged programs; choose one from 1024 on, as in --port 8080"
    case (.listen(let port), _): "cannot listen on port \(port): \(String(cString: strerror(code)))"
    case (.make, _): "cannot make a socket: \(String(cString: strerror(code)))"
    }
  }
}
