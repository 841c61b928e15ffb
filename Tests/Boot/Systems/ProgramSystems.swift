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
    try addWebServer(name, to: &system)
  }
}

/// A system for the program of docs/websocket.md.
enum WebChatSystem: SystemTemplate {
  static let name = "web_chat"
  static let summary = "A chat"
  static let options: [SystemOption] = []

  static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    try addWebServer(name, to: &system)
  }
}

/// A system for the example of docs/json.md.
enum WebPeopleSystem: SystemTemplate {
  static let name = "web_people"
  static let summary = "A register of visitors"
  static let options: [SystemOption] = []

  static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    try addWebServer(name, to: &system)
  }
}

private func addWebServer(_ name: String, to system: inout SystemBuilder) throws {
  var timer = try system.addTimer()
  var network = try system.addNetwork()
  var serial = try system.addSerial(withInput: false)
  let server = try addClient(name, to: &network, &timer, in: &system)
  try serial.addClient(server)
  try network.connect(in: &system)
  try serial.connect(in: &system)
  try timer.connect(in: &system)
  try system.addIdle()
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

/// A system for the test vectors of the module Cryptography.
enum CryptographySystem: SystemTemplate {
  static let name = "cryptography"
  static let summary = "Test vectors in a protection domain"
  static let options: [SystemOption] = []

  static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    _ = try system.add(
      "cryptography_probe", sourceImage: "cryptography_probe.elf", priority: 1,
      stackSize: .kibibytes(64), heap: .mebibytes(2))
  }
}
