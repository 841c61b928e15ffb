// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import Subsystems
import SystemModel

/// A system of one's own: a program that listens on the network and logs to the serial console.
enum LoggerSystem: SystemTemplate {
  static let name = "logger"
  static let summary = "Logs what it receives to the serial console"
  static let options = [
    SystemOption("baud-rate", purpose: "speed of the console", default: "115200")
  ]

  static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    let serialDriver = try system.add(
      "serial_driver", sourceImage: system.driver(for: .serial).image, priority: 100)
    let serialVirtTx = try system.add(
      "serial_virt_tx", sourceImage: "serial_virt_tx.elf", priority: 99)
    let ethernetDriver = try system.add(
      "ethernet_driver", sourceImage: system.driver(for: .ethernet).image, priority: 101)
    let virtTx = try system.add("net_virt_tx", sourceImage: "net_virt_tx.elf", priority: 100)
    let virtRx = try system.add("net_virt_rx", sourceImage: "net_virt_rx.elf", priority: 99)
    let copier = try system.add("logger_net_copier", sourceImage: "net_copier.elf", priority: 98)
    let logger = try system.add("logger", sourceImage: "logger.elf", priority: 97)

    var serialOptions = SerialSubsystem.Options()
    let baudRate = try choices.value("baud-rate")
    guard let baud = UInt64(baudRate) else {
      throw SubsystemError.invalidOption(
        name: "baud-rate", value: baudRate, expected: "a number of bits per second")
    }
    serialOptions.baudRate = baud
    var serial = SerialSubsystem(
      driver: serialDriver, virtTx: serialVirtTx, options: serialOptions)
    try serial.addClient(logger)
    try serial.connect(in: &system)

    var network = NetworkSubsystem(driver: ethernetDriver, virtTx: virtTx, virtRx: virtRx)
    try network.addClient(.init(logger, copier: copier))
    try network.connect(in: &system)

    // What the subsystems do not know: a region of one's own, shared with nobody.
    let archive = try system.addRegion("archive", size: .mebibytes(2))
    try system.map(archive, into: logger, .readWrite)
  }
}
