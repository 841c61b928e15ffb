// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import HostSockets
import Testing

@testable import Serving

@Suite struct HostProgramTests {
  @Test(arguments: [
    ([], 5555), (["--port", "8080"], 8080), (["--port=1"], 1), (["--port", "65535"], 65535),
  ])
  func readsThePort(_ arguments: [String], _ port: Int) {
    #expect(HostProgram.port(in: arguments) == UInt16(port))
  }

  @Test(arguments: [
    ["--port"], ["--port", "0"], ["--port", "65536"], ["--port", "http"], ["8080"], ["--help"],
    ["--port", "1", "2"], ["--port="], [""],
  ])
  func refusesOthers(_ arguments: [String]) {
    #expect(HostProgram.port(in: arguments) == nil)
  }

  @Test func aTakenPortIsExplained() throws {
    let pump = try SocketServerPump()
    let failure = #expect(throws: SocketFailure.self) { _ = try SocketServerPump(port: pump.port) }
    #expect(failure?.explanation.contains("port \(pump.port) is taken") == true)
    _ = consume pump
  }
}
