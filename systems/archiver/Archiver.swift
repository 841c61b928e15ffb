// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import ArchiverRecord
import Records
import Subsystems
import SystemModel

/// The upload service: files in, a zip archive out.
public enum ArchiverSystem: SystemTemplate {
  /// As in `serval generate archiver`.
  public static let name = "archiver"
  /// Shown by `serval help generate`.
  public static let summary = "Web service that makes a zip archive of uploaded files"
  /// Described in README.md, beside this file.
  public static let options: [SystemOption] =
    [
      .address(variable: "ADDRESS", of: "the archiver"),
      SystemOption("port", purpose: "TCP port of the service; none for HTTPS only", default: "80"),
      SystemOption(
        "time", variable: "ARCHIVER_TIME",
        purpose:
          "time at the start, for the entries of archives: 2026-11-28T23:30:00 in UTC, 2026-11-28, or now; without, entries are of 1980",
        default: ""),
      SystemOption(
        "access-log", purpose: "yes shows a line on the console for each request", default: "yes"),
    ] + SystemOption.https

  /// Adds the domains that README.md lists, and connects them.
  public static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    var timer = try system.addTimer()
    var serial = try system.addSerial()
    var network = try system.addNetwork()
    var entropy = try system.addEntropy()
    let ports = try choices.webPorts()
    let archiver = try system.add(
      name, sourceImage: "archiver.elf", priority: SystemBuilder.sharedPriority,
      budget: SystemBuilder.clientBudget, period: SystemBuilder.turn, stackSize: .kibibytes(64),
      heap: .mebibytes(ports.https == nil ? 56 : 56 + HTTPSChoices.heap))
    let copier = try system.addCopier(for: archiver)
    let https = try ports.https.map {
      try HTTPSSubsystem($0, server: archiver, entropy: &entropy, in: &system)
    }
    let macs = try choices.macAddresses(default: [name: MACAddress(0x5254_0100_0014)])

    try serial.addClient(archiver)
    try timer.addClient(archiver)
    try entropy?.addClient(archiver)
    var client = NetworkSubsystem.Client(archiver, copier: copier, macAddress: macs[name])
    client.receiveBuffers = 2048
    try network.addClient(client)
    // QEMU's user network forwards ports to this address.
    try IPSettings(choices, hostName: name, requestedAddress: IPv4Address(10, 0, 2, 15))
      .addRecord(to: archiver, in: &system)
    try system.addRecord(settings(choices, port: ports.plain ?? 80), to: archiver)
    try https?.connect(in: &system)

    try serial.connect(in: &system)
    try network.connect(in: &system)
    try timer.connect(in: &system)
    try entropy?.connect(in: &system)
    try system.addIdle()
  }

  private static func settings(
    _ choices: SystemChoices, port: UInt16
  ) throws -> ArchiverSettings {
    var settings = ArchiverSettings()
    settings.port = port
    settings.isSilent = try !choices.flag("access-log")
    let text = try choices.value("time")
    guard !text.isEmpty else { return settings }
    guard let seconds = UTCTime.seconds(text) else {
      throw SubsystemError.invalidOption(
        name: "time", value: text,
        expected:
          "a time from 1980 to 2107 in UTC such as 2026-11-28T23:30:00, a day such as 2026-11-28, or now"
      )
    }
    settings.startTime = seconds
    return settings
  }
}
