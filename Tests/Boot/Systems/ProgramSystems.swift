// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Records
import Subsystems
import SystemModel

/// A system for the first program of docs/programs.md.
enum TickerSystem: SystemTemplate {
  static let name = "ticker"
  static let summary = "A console and a clock"
  static let options: [SystemOption] = []

  static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    var timer = try system.addTimer()
    var serial = try system.addSerial(withInput: false)
    let ticker = try system.add("ticker", sourceImage: "ticker.elf", priority: 50)
    try serial.addClient(ticker)
    try timer.addClient(ticker)
    try serial.connect(in: &system)
    try timer.connect(in: &system)
  }
}

/// A system for the second program of docs/programs.md.
enum GreeterSystem: SystemTemplate {
  static let name = "greeter"
  static let summary = "A TCP server that greets"
  static let options: [SystemOption] = []

  static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    var timer = try system.addTimer()
    var network = try system.addNetwork()
    let greeter = try system.add(
      "greeter", sourceImage: "greeter.elf", priority: SystemBuilder.sharedPriority,
      budget: SystemBuilder.clientBudget, period: SystemBuilder.turn, stackSize: .kibibytes(64))
    let copier = try system.addCopier(for: greeter)
    try timer.addClient(greeter)
    try network.addClient(
      NetworkSubsystem.Client(greeter, copier: copier, macAddress: MACAddress(0x5254_0100_0013)))
    try IPSettings.dhcp(hostName: "greeter").addRecord(to: greeter, in: &system)
    try network.connect(in: &system)
    try timer.connect(in: &system)
    try system.addIdle()
  }
}
