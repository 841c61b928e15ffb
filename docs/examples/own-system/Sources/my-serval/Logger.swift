// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import Subsystems
import SystemModel

/// A system of your own: a program on the network that logs to the serial console.
enum LoggerSystem: SystemTemplate {
  static let name = "logger"
  static let summary = "A network program that logs to the serial console"
  static let options = [
    SystemOption("baud-rate", purpose: "speed of the console", default: "115200"),
    .address(of: "logger"),
  ]

  static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    // Drivers and virtualisers, with the priorities, budgets and stacks that they need.
    var timer = try system.addTimer()
    var serial = try system.addSerial()
    var network = try system.addNetwork()
    // Random numbers for the network's clients, where the board has a generator.
    var entropy = try system.addEntropy()
    serial.options.baudRate = try baudRate(choices)

    // `echo.elf` stands in for a program of your own.
    let logger = try system.add(
      "logger", sourceImage: "echo.elf", priority: SystemBuilder.sharedPriority,
      budget: SystemBuilder.clientBudget, period: SystemBuilder.turn, stackSize: .kibibytes(64),
      heap: .mebibytes(18))
    try timer.addClient(logger)
    try entropy?.addClient(logger)
    try serial.addClient(logger)
    try network.addClient(.init(logger, copier: system.addCopier(for: logger)))
    try IPSettings(choices, hostName: "logger").addRecord(to: logger, in: &system)

    try serial.connect(in: &system)
    try network.connect(in: &system)
    try timer.connect(in: &system)
    try entropy?.connect(in: &system)
    try system.addIdle()

    // No subsystem provides this: a region that only the program itself uses.
    let archive = try system.addRegion("archive", size: .mebibytes(2))
    try system.map(archive, into: logger, .readWrite)
  }

  private static func baudRate(_ choices: SystemChoices) throws -> UInt64 {
    let text = try choices.value("baud-rate")
    guard let rate = UInt64(text) else {
      throw SubsystemError.invalidOption(
        name: "baud-rate", value: text, expected: "a number of bits per second")
    }
    return rate
  }
}
