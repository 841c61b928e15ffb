// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Records
import Subsystems
import SystemModel

/// LionsOS's web server: a static site from an NFS export, over HTTP.
public enum WebServerSystem: SystemTemplate {
  /// As in `serval generate webserver`.
  public static let name = "webserver"
  /// Shown by `serval help generate`.
  public static let summary = "Web server for a static site on an NFSv3 export"
  /// Described in README.md, beside this file.
  public static let options: [SystemOption] =
    [
      SystemOption(
        "nfs-server", variable: "NFS_SERVER", purpose: "IPv4 address or name of the NFS server"),
      SystemOption(
        "nfs-directory", variable: "NFS_DIRECTORY", purpose: "directory that it exports"),
      SystemOption(
        "website-dir", variable: "WEBSITE_DIR", purpose: "directory of the site inside the export"),
      SystemOption(
        "nfs-ports", variable: "NFS_PORTS",
        purpose: "ports of NFS and MOUNT, as 2049 or 2049:20048; without, the port mapper is asked",
        default: ""),
      .address(variable: "ADDRESS", of: "web_server"),
      .address("nfs-address", variable: "NFS_ADDRESS", of: "nfs"),
      SystemOption(
        "port", purpose: "TCP port of the web server; none for HTTPS only", default: "80"),
      SystemOption(
        "access-log", purpose: "yes shows a line on the console for each request", default: "yes"),
      SystemOption(
        "cache",
        purpose:
          "what browsers may keep of the site: revalidate (they ask before each use), seconds, lionsos, or no-store",
        default: "revalidate"),
      SystemOption(
        "cache-hashed",
        purpose:
          "seconds for files whose names carry a hash of their content; 0 makes them like others",
        default: "31536000"),
      SystemOption(
        "dot-files", purpose: "yes shows files whose names begin with a dot; .well-known always is",
        default: "no"),
      SystemOption(
        "outside-links",
        purpose: "yes follows symbolic links out of the site's directory, into all of the export",
        default: "no"),
      SystemOption(
        "receive-buffers",
        purpose:
          "frames that may wait for the web server, a power of two: a crowd sends many at once",
        default: "2048"),
      SystemOption(
        "restart", purpose: "yes restarts domains that crash, by a supervisor above all of them",
        default: "no"),
      SystemOption(
        "lwip-pools", purpose: "yes lays out lwIP's pools, for sDDF's C clients", default: "no"),
    ] + SystemOption.https

  /// Adds the domains that README.md lists, and connects them.
  public static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {
    var timer = try system.addTimer()
    var serial = try system.addSerial()
    var network = try system.addNetwork()
    var entropy = try system.addEntropy()
    let ports = try choices.webPorts()
    let webServer = try system.add(
      "web_server", sourceImage: "web_server.elf", priority: SystemBuilder.sharedPriority,
      budget: SystemBuilder.clientBudget, period: SystemBuilder.turn, stackSize: .kibibytes(64),
      heap: .mebibytes(ports.https == nil ? 30 : 30 + HTTPSChoices.heap))
    let webServerCopier = try system.addCopier(for: webServer)
    let nfs = try system.add(
      "nfs", sourceImage: "nfs.elf", priority: SystemBuilder.sharedPriority,
      budget: SystemBuilder.clientBudget, period: SystemBuilder.turn, stackSize: .kibibytes(64),
      heap: .mebibytes(18))
    let nfsCopier = try system.addCopier(for: nfs)

    let https = try ports.https.map {
      try HTTPSSubsystem($0, server: webServer, entropy: &entropy, in: &system)
    }
    let macs = try choices.macAddresses(default: [
      nfs.name: MACAddress(0x5254_0100_0010), webServer.name: MACAddress(0x5254_0100_0011),
    ])
    let usesLwIP = try choices.flag("lwip-pools")
    let receiveBuffers = try number("receive-buffers", choices)
    for (client, copier) in [(webServer, webServerCopier), (nfs, nfsCopier)] {
      try serial.addClient(client)
      try timer.addClient(client)
      try entropy?.addClient(client)
      var networkClient = NetworkSubsystem.Client(
        client, copier: copier, macAddress: macs[client.name])
      networkClient.writesReceiveBuffers = usesLwIP
      if client.name == webServer.name { networkClient.receiveBuffers = receiveBuffers }
      try network.addClient(networkClient)
    }
    try addAddresses(webServer, nfs, in: &system, choices)
    try NFSMount(server: server(choices), path: choices.value("nfs-directory"))
      .addRecord(to: nfs, in: &system)
    try site(choices, port: ports.plain ?? 80).addRecord(to: webServer, in: &system)
    try https?.connect(in: &system)

    try FileSubsystem(server: nfs, client: webServer).connect(in: &system)
    try serial.connect(in: &system)
    try network.connect(in: &system)
    try timer.connect(in: &system)
    try entropy?.connect(in: &system)
    let idle = try system.addIdle()
    if usesLwIP {
      for client in [webServer, nfs] {
        let most = max(
          network.options.receiveBuffers, client.name == webServer.name ? receiveBuffers : 0)
        try LwIPPool(for: client, headCount: UInt64(2 * most)).connect(in: &system)
      }
    }
    if try choices.flag("restart") {
      try SupervisionSubsystem(stages: network.stages, silent: [idle]).connect(in: &system)
    }
  }

  /// QEMU's user network forwards ports to 10.0.2.15, so web_server requests that address. DHCP servers
  /// of other networks may assign another.
  private static func addAddresses(
    _ webServer: SystemBuilder.PD, _ nfs: SystemBuilder.PD, in system: inout SystemBuilder,
    _ choices: SystemChoices
  ) throws {
    try IPSettings(
      choices, hostName: "web-server", requestedAddress: IPv4Address(10, 0, 2, 15)
    ).addRecord(to: webServer, in: &system)
    let settings = try IPSettings(
      choices, option: "nfs-address", hostName: "nfs",
      requestedAddress: IPv4Address(10, 0, 2, 16))
    try settings.addRecord(to: nfs, in: &system)
    try settings.checkReach(
      of: serverHost(choices), serving: "the NFS server", option: "nfs-address")
  }

  private static func site(_ choices: SystemChoices, port: UInt16) throws -> WebSiteSettings {
    var site = try WebSiteSettings(
      port: port, root: choices.value("website-dir"),
      hasLog: choices.flag("access-log"))
    site.freshness = try choices.freshness("cache")
    site.hashedSeconds = try choices.seconds("cache-hashed")
    site.showsDotFiles = try choices.flag("dot-files")
    site.followsOutsideLinks = try choices.flag("outside-links")
    return site
  }

  /// An option that is a number of buffers. `NetworkSubsystem` checks that it is a power of two.
  private static func number(_ name: String, _ choices: SystemChoices) throws -> Int {
    let text = try choices.value(name)
    guard let number = UInt16(text) else {
      throw SubsystemError.invalidOption(
        name: name, value: text, expected: "a power of two up to 32768")
    }
    return Int(number)
  }

  /// The address or the name of the NFS server.
  private static func serverHost(_ choices: SystemChoices) throws -> String {
    let text = try choices.value("nfs-server")
    guard IPv4Address(text)?.isHost ?? isHostName(text) else {
      throw SubsystemError.invalidOption(
        name: "nfs-server", value: text,
        expected: "the IPv4 address or the name of a host; nfs-ports is for ports")
    }
    return text
  }

  /// Labels of letters, digits and hyphens (RFC 1123, 2.1). Numbers alone are a malformed address.
  private static func isHostName(_ text: String) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    return text.utf8.count <= 253
      && labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
          && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
      } && labels.last?.contains(where: \.isLetter) == true
  }

  /// The NFS server as its client's record holds it: the address, and the ports if they are given.
  private static func server(_ choices: SystemChoices) throws -> String {
    let (server, ports) = try (serverHost(choices), choices.value("nfs-ports"))
    guard !ports.isEmpty else { return server }
    let numbers = ports.split(separator: ":", omittingEmptySubsequences: false).map { UInt16($0) }
    guard numbers.count <= 2, numbers.allSatisfy({ $0 ?? 0 > 0 }) else {
      throw SubsystemError.invalidOption(
        name: "nfs-ports", value: ports, expected: "a port, or two with a colon between them")
    }
    return "\(server):\(ports)"
  }
}
