// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import GreetingRecord
import Records
import Subsystems
import SystemModel

/// A system for Tests/Boot/Programs/own_section, a program in C that has a section for a record.
enum OwnSectionSystem: SystemTemplate {
  static let name = "own_section"
  static let summary = "A program in C with a record of its own"
  static let options: [SystemOption] = []

  static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    let program = try system.add("own_section", sourceImage: "own_section.elf", priority: 1)
    let text = Array("written into a section".utf8)
    try system.addRecord(
      text + Array(repeating: 0, count: 32 - text.count), section: ".my_config",
      fileName: "my_config.data", to: program)
  }
}

/// A system for the record of docs/own-system.md.
enum HeraldSystem: SystemTemplate {
  static let name = "herald"
  static let summary = "A program with a record of its own"
  static let options = [
    SystemOption("text", purpose: "what it says", default: "welcome"),
    SystemOption("image", purpose: "its program", default: "herald.elf"),
    SystemOption("record", purpose: "no leaves the record out", default: "yes"),
  ]

  static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    var serial = try system.addSerial()
    let herald = try system.add(
      "herald", sourceImage: choices.value("image"), priority: SystemBuilder.sharedPriority)
    try serial.addClient(herald)
    try serial.connect(in: &system)
    guard try choices.flag("record") else { return }

    var greeting = Greeting()
    greeting.times = 2
    greeting.text = try RecordText(choices.value("text"), what: "greeting")
    greeting.guest = IPv4Address(10, 0, 2, 2)
    try system.addRecord(greeting, to: herald)
  }
}
