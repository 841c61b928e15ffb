// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Subsystems
import SystemModel

/// One program of your own on the network, with console and timer.
public enum ProgramSystem: SystemTemplate {
  /// As in `serval generate program`.
  public static let name = "program"
  /// Shown by `serval help generate`.
  public static let summary = "One program of your own on the network, with console and timer"
  /// Described in README.md, beside this file.
  public static let options =
    [
      SystemOption(
        "program", variable: "PROGRAM", purpose: "the program's name: its image is NAME.elf"),
      SystemOption("heap", purpose: "size of the program's heap, in MiB", default: "40"),
      .address(variable: "ADDRESS", of: "the program"),
      SystemOption(
        "port", purpose: "none closes the port that the program has without TLS; for HTTPS only",
        default: ""),
    ] + SystemOption.https

  /// Adds the domains that README.md lists, and connects them.
  public static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    var timer = try system.addTimer()
    var serial = try system.addSerial()
    var network = try system.addNetwork()
    var entropy = try system.addEntropy()
    let name = try choices.value("program")
    let https = try https(choices)
    let program = try system.add(
      name, sourceImage: "\(name).elf", priority: SystemBuilder.sharedPriority,
      budget: SystemBuilder.clientBudget, period: SystemBuilder.turn, stackSize: .kibibytes(64),
      heap: heap(choices, https))
    let copier = try system.addCopier(for: program)
    let secure = try https.map {
      try HTTPSSubsystem($0, server: program, entropy: &entropy, in: &system)
    }
    let macs = try choices.macAddresses(default: [name: MACAddress(0x5254_0100_0013)])

    try serial.addClient(program)
    try timer.addClient(program)
    try entropy?.addClient(program)
    var client = NetworkSubsystem.Client(program, copier: copier, macAddress: macs[name])
    client.receiveBuffers = 2048
    try network.addClient(client)
    // QEMU's user network forwards ports to this address.
    try IPSettings(
      choices, hostName: hostName(of: name), requestedAddress: IPv4Address(0x0a00_020f)
    ).addRecord(to: program, in: &system)
    try secure?.connect(in: &system)

    try serial.connect(in: &system)
    try network.connect(in: &system)
    try timer.connect(in: &system)
    try entropy?.connect(in: &system)
    try system.addIdle()
  }

  /// The program knows its own port without TLS, so that the system can only close it.
  private static func https(_ choices: SystemChoices) throws -> HTTPSChoices? {
    let text = try choices.value("port")
    guard ["", "none"].contains(text) else {
      throw SubsystemError.invalidOption(
        name: "port", value: text, expected: "none; the program itself chooses another port")
    }
    return try choices.webPorts().https
  }

  /// What HTTPS takes comes on top.
  private static func heap(_ choices: SystemChoices, _ https: HTTPSChoices?) throws -> ByteCount {
    let text = try choices.value("heap")
    guard let count = UInt64(text), 1...1024 ~= count else {
      throw SubsystemError.invalidOption(
        name: "heap", value: text, expected: "a number of MiB from 1 to 1024")
    }
    return .mebibytes(https == nil ? count : count + HTTPSChoices.heap)
  }

  /// Host names cannot have underscores (RFC 952).
  private static func hostName(of name: String) -> String {
    String(name.map { $0 == "_" ? "-" : $0 })
  }
}
