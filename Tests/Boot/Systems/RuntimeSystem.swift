// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Subsystems
import SystemModel

/// Exercises parts of the runtime that no built-in system uses. Tests/Boot/runtime.py boots it.
enum RuntimeSystem: SystemTemplate {
  static let name = "runtime"
  static let summary = "Calls, deferred operations, children that are stopped and resumed"
  static let options: [SystemOption] = []

  static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    var timer = try system.addTimer()
    var serial = try system.addSerial(withInput: false)
    let server = try system.add("server", sourceImage: "runtime_server.elf", priority: 60)
    let client = try system.add("client", sourceImage: "runtime_client.elf", priority: 50)
    let probe = try system.add(
      "probe", sourceImage: "runtime_probe.elf", priority: 49, parent: client)
    // The programs rely on these identifiers: 0, 1 and 2 between server and client, 3 and 0 for the child.
    _ = try system.connect(server: server, client: client, .protectedCalls)
    _ = try system.connect(server: server, client: client)
    _ = try system.connect(server: server, client: client)
    _ = try system.connect(server: client, client: probe)

    try serial.addClient(client)
    try timer.addClient(client)
    try serial.connect(in: &system)
    try timer.connect(in: &system)
  }
}
