// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import Subsystems
import SystemModel

/// TCP and UDP echo, discard and chargen over the web server's network path.
public enum EchoSystem: SystemTemplate {
  public static let name = "echo"
  public static let summary = "TCP and UDP echo server, with DHCP"
  public static let options: [SystemOption] = []

  public static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    var timer = try system.addTimer()
    var serial = try system.addSerial()
    var network = try system.addNetwork()
    let echo = try system.add(
      "echo", sourceImage: "echo.elf", priority: 96, budget: 20000,
      stackSize: .kibibytes(64))
    let copier = try system.addCopier(for: echo)
    let macs = try choices.macAddresses(default: ["echo": MACAddress(0x5254_0100_0012)])

    try serial.addClient(echo)
    try timer.addClient(echo)
    try network.addClient(.init(echo, copier: copier, macAddress: macs["echo"]))
    try Addressing.dhcp(hostName: "echo").give(to: echo, in: &system)

    try serial.connect(in: &system)
    try network.connect(in: &system)
    try timer.connect(in: &system)
  }
}
