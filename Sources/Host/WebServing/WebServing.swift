// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import HTTP
import HostSockets

/// Runs a web server on this machine, for writing and trying its handlers: the same call as in a protection domain. It
/// listens on http://localhost:5555, or on the port that the command line names (`--port 8080`), until it is interrupted.
/// Ends with status 64 for an invalid command line, and 1 if the port cannot be used.
///
/// - Parameters:
///   - port: the TCP port in a protection domain. It has no meaning here.
///   - isSilent: whether requests are not logged on standard output.
public func serve(_ router: Router, port: UInt16 = 80, isSilent: Bool = false) -> Never {
  let name = HostProgram.name
  guard let port = HostProgram.port(in: Array(CommandLine.arguments.dropFirst())) else {
    HostProgram.stop("\(name): the only option is --port NUMBER, from 1 to 65535", status: EX_USAGE)
  }
  var settings = HTTPServer.Settings()
  settings.date = { Int64(time(nil)) }
  if !isSilent { settings.log = { HostProgram.show(String(decoding: $0.line, as: UTF8.self)) } }
  do throws(SocketFailure) {
    var pump = try SocketServerPump(port: port)
    HostProgram.show("\(name): listening on http://localhost:\(port); Ctrl-C ends it")
    var server = HTTPServer(router, settings)
    pump.run(&server) { false }
    exit(0)
  } catch {
    HostProgram.stop("\(name): \(error.explanation)", status: 1)
  }
}

/// What a server on this machine has from its command line and its terminal.
enum HostProgram {
  static let defaultPort: UInt16 = 5555

  /// The program's file name.
  static var name: String {
    CommandLine.arguments.first?.split(separator: "/").last.map { String($0) } ?? "server"
  }

  /// The port that the arguments name; nil if they are malformed.
  static func port(in arguments: [String]) -> UInt16? {
    if arguments.isEmpty { return defaultPort }
    let words = arguments.flatMap { $0.split(separator: "=", maxSplits: 1) }
    guard words.count == 2, words[0] == "--port", let port = UInt16(words[1]), port > 0 else {
      return nil
    }
    return port
  }

  static func show(_ line: String) {
    print(line)
    fflush(nil)
  }

  static func stop(_ message: String, status: Int32) -> Never {
    show(message, on: STDERR_FILENO)
    exit(status)
  }

  private static func show(_ line: String, on descriptor: Int32) {
    let bytes = Array("\(line)\n".utf8)
    _ = write(descriptor, bytes, bytes.count)
  }
}
