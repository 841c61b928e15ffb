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
    _ = try addClient("greeter", to: &network, &timer, in: &system)
    try network.connect(in: &system)
    try timer.connect(in: &system)
    try system.addIdle()
  }
}

/// A system for the third program of docs/programs.md.
enum WebHelloSystem: SystemTemplate {
  static let name = "web_hello"
  static let summary = "A web server with one page"
  static let options: [SystemOption] = []

  static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    var timer = try system.addTimer()
    var network = try system.addNetwork()
    var serial = try system.addSerial(withInput: false)
    let hello = try addClient("web_hello", to: &network, &timer, in: &system)
    try serial.addClient(hello)
    try network.connect(in: &system)
    try serial.connect(in: &system)
    try timer.connect(in: &system)
    try system.addIdle()
  }
}

/// A program on the network, with an address from DHCP.
private func addClient(
  _ name: String, to network: inout NetworkSubsystem, _ timer: inout TimerSubsystem,
  in system: inout SystemBuilder
) throws -> SystemBuilder.PD {
  let client = try system.add(
    name, sourceImage: "\(name).elf", priority: SystemBuilder.sharedPriority,
    budget: SystemBuilder.clientBudget, period: SystemBuilder.turn, stackSize: .kibibytes(64),
    heap: .mebibytes(30))
  let copier = try system.addCopier(for: client)
  try timer.addClient(client)
  try network.addClient(
    NetworkSubsystem.Client(client, copier: copier, macAddress: MACAddress(0x5254_0100_0013)))
  try IPSettings.dhcp(hostName: name).addRecord(to: client, in: &system)
  return client
}
