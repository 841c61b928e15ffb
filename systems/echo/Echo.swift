// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Records
import Subsystems
import SystemModel

/// TCP and UDP echo, discard and chargen over the web server's network path.
public enum EchoSystem: SystemTemplate {
  /// As in `serval generate echo`.
  public static let name = "echo"
  /// Shown by `serval help generate`.
  public static let summary = "TCP and UDP echo server"
  /// Described in README.md, beside this file.
  public static let options = [
    .address(variable: "ADDRESS", of: "echo"),
    SystemOption(
      "lwip-pools", purpose: "yes lays out lwIP's pools, for sDDF's C client", default: "no"),
  ]

  /// Adds the domains that README.md lists, and connects them.
  public static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    var timer = try system.addTimer()
    var serial = try system.addSerial()
    var network = try system.addNetwork()
    var entropy = try system.addEntropy()
    let echo = try system.add(
      "echo", sourceImage: "echo.elf", priority: SystemBuilder.sharedPriority,
      budget: SystemBuilder.clientBudget, period: SystemBuilder.turn, stackSize: .kibibytes(64),
      heap: .mebibytes(18))
    let copier = try system.addCopier(for: echo)
    let macs = try choices.macAddresses(default: ["echo": MACAddress(0x5254_0100_0012)])

    try serial.addClient(echo)
    try timer.addClient(echo)
    try entropy?.addClient(echo)
    let usesLwIP = try choices.flag("lwip-pools")
    var networkClient = NetworkSubsystem.Client(echo, copier: copier, macAddress: macs["echo"])
    networkClient.writesReceiveBuffers = usesLwIP
    try network.addClient(networkClient)
    try IPSettings(choices, hostName: "echo").addRecord(to: echo, in: &system)

    try serial.connect(in: &system)
    try network.connect(in: &system)
    try timer.connect(in: &system)
    try entropy?.connect(in: &system)
    try system.addIdle()
    if usesLwIP {
      let heads = UInt64(2 * network.options.receiveBuffers)
      try LwIPPool(for: echo, headCount: heads).connect(in: &system)
    }
  }
}
