// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import Records
import Subsystems
import SystemModel
import Systems
import Testing

/// The seven facts that LionsOS's page states about its web server.
@Suite struct WebServerFactsTests {
  let layout: SystemLayout

  init() throws {
    layout = try expectedLayout(of: WebServerSystem.self, on: .qemuVirtAArch64)
  }

  private func view<Layout: Record>(
    _ type: Layout.Type, of domain: String, in layout: SystemLayout? = nil
  ) throws -> RecordView<Layout, [UInt8]> {
    let record = (layout ?? self.layout).records.first {
      $0.domain == domain && $0.section == "\(Layout.section)"
    }
    let bytes = try #require(record).bytes
    return try #require(RecordView(bytes))
  }

  private func text<Layout: Record>(
    _ field: TextField<Layout>, _ view: RecordView<Layout, [UInt8]>
  ) -> String {
    String(
      decoding: (0..<view.length(of: field)).map { view.byte($0, of: field) }, as: UTF8.self)
  }

  @Test func runsOnBothPlatforms() throws {
    #expect(Board.builtIn.map(\.name) == ["qemu_virt_aarch64", "odroidc4"])
    for board in Board.builtIn {
      let layout = try expectedLayout(of: WebServerSystem.self, on: board)
      // LionsOS's ten domains, `idle` and `entropy`.
      let names = layout.description.allProtectionDomains.map(\.name)
      #expect(names.count == 12 && names.contains("idle") && names.contains("entropy"))
    }
  }

  @Test func hasTheMACAddresses() throws {
    let nfs = try view(NetClientConfig.self, of: "nfs")
    let web = try view(NetClientConfig.self, of: "web_server")
    #expect(nfs[NetClientConfig.macAddress].description == "52:54:01:00:00:10")
    #expect(web[NetClientConfig.macAddress].description == "52:54:01:00:00:11")
    // The virtualiser delivers by the same addresses.
    let virt = try view(NetVirtRxConfig.self, of: "net_virt_rx")
    let delivered = (0..<2).map {
      virt[NetVirtRxConfig.clients[$0] / NetVirtRxClient.macAddresses[0]].description
    }
    #expect(delivered == ["52:54:01:00:00:11", "52:54:01:00:00:10"])
  }

  @Test func knowsTheNFSServerAndDirectory() throws {
    let nfs = try view(NFSConfig.self, of: "nfs")
    #expect(text(NFSConfig.server, nfs) == "10.0.2.2")
    #expect(text(NFSConfig.exportPath, nfs) == "/export")
  }

  @Test func knowsTheWebsiteDirectoryAndPort() throws {
    let web = try view(WebServerConfig.self, of: "web_server")
    #expect(text(WebServerConfig.root, web) == "www")
    #expect(web[WebServerConfig.port] == 80)
    #expect(web[WebServerConfig.size] == 4128)
    #expect(web[WebServerConfig.isSilent] == 0)
    #expect(web[WebServerConfig.freshness] == 0 && web[WebServerConfig.maximumAge] == 0)
    #expect(web[WebServerConfig.hashedMaximumAge] == 31_536_000)
    #expect(web[WebServerConfig.showsDotFiles] == 0)
    #expect(web[WebServerConfig.followsOutsideLinks] == 0)
  }

  /// The site's options reach the web server's record.
  @Test(
    arguments: [
      ("revalidate", 0, 0), ("lionsos", 1, 0), ("600", 2, 600), ("0", 2, 0),
      ("4294967295", 2, .max), ("no-store", 3, 0),
    ] as [(String, UInt8, UInt32)])
  func siteChoices(_ text: String, _ number: UInt8, _ seconds: UInt32) throws {
    let choices = try SystemChoices(
      for: WebServerSystem.self,
      values: [
        "nfs-server": "192.0.2.2", "nfs-directory": "/srv", "website-dir": "www", "cache": text,
        "cache-hashed": "86400", "dot-files": "yes", "outside-links": "yes",
      ])
    let board = Board.qemuVirtAArch64
    let layout = try WebServerSystem.layout(board: board, tree: board.tree(), choices)
    let web = try view(WebServerConfig.self, of: "web_server", in: layout)
    #expect(web[WebServerConfig.freshness] == number && web[WebServerConfig.maximumAge] == seconds)
    #expect(web[WebServerConfig.hashedMaximumAge] == 86_400)
    #expect(web[WebServerConfig.showsDotFiles] == 1)
    #expect(web[WebServerConfig.followsOutsideLinks] == 1)
  }

  /// QEMU's user network forwards ports to 10.0.2.15, so web_server must request that address.
  @Test func asksForTheAddressThatPortsAreForwardedTo() throws {
    #expect(try view(IPClientConfig.self, of: "web_server")[IPClientConfig.address] == 0x0a00_020f)
    #expect(try view(IPClientConfig.self, of: "nfs")[IPClientConfig.address] == 0x0a00_0210)
  }

  @Test func hasASerialConsole() throws {
    let virt = try view(SerialVirtTxConfig.self, of: "serial_virt_tx")
    #expect(virt.count(of: SerialVirtTxConfig.clients, SerialVirtTxConfig.clientCount) == 2)
    for client in ["web_server", "nfs"] {
      let record = try view(SerialClientConfig.self, of: client)
      #expect(record[SerialClientConfig.transmit].data.size == 0x10000)
    }
  }

  @Test func usesDHCP() throws {
    for (client, name) in [("web_server", "web-server"), ("nfs", "nfs")] {
      let record = try view(IPClientConfig.self, of: client)
      #expect(record[IPClientConfig.addressing] == 0)
      #expect(text(IPClientConfig.hostName, record) == name)
    }
  }

  private func layout(_ values: [String: String]) throws -> SystemLayout {
    let rest = ["nfs-server": "10.0.0.5", "nfs-directory": "/srv", "website-dir": "www"]
    let choices = try SystemChoices(
      for: WebServerSystem.self, values: rest.merging(values) { $1 })
    return try WebServerSystem.layout(
      board: .odroidC4, tree: Board.odroidC4.tree(), choices)
  }

  @Test func fixedAddresses() throws {
    let layout = try layout([
      "address": "10.0.0.80/24,router=10.0.0.1", "nfs-address": "10.0.0.81/25,dns=10.0.0.2",
    ])
    let web = try view(IPClientConfig.self, of: "web_server", in: layout)
    #expect(web[IPClientConfig.addressing] == 1 && web[IPClientConfig.prefixLength] == 24)
    #expect(web[IPClientConfig.address] == 0x0a00_0050)
    #expect(web[IPClientConfig.gateway] == 0x0a00_0001 && web[IPClientConfig.nameServer] == 0)
    let nfs = try view(IPClientConfig.self, of: "nfs", in: layout)
    #expect(nfs[IPClientConfig.addressing] == 1 && nfs[IPClientConfig.prefixLength] == 25)
    #expect(nfs[IPClientConfig.address] == 0x0a00_0051)
    #expect(nfs[IPClientConfig.gateway] == 0 && nfs[IPClientConfig.nameServer] == 0x0a00_0002)
    // One of them alone.
    let mixed = try self.layout(["nfs-address": "10.0.0.81/24"])
    let other = try view(IPClientConfig.self, of: "web_server", in: mixed)
    #expect(other[IPClientConfig.addressing] == 0 && other[IPClientConfig.address] == 0x0a00_020f)
  }

  @Test(arguments: [
    (
      ["address": "10.0.0.80/24", "nfs-address": "10.0.0.80/16"],
      "'web_server' and 'nfs' have the same IP address 10.0.0.80", "give each client its own"
    ),
    (
      ["nfs-address": "10.0.1.81/24"],
      "the NFS server 10.0.0.5 is in another network, and there is no router",
      "add router=ADDRESS, or choose an address in the server's network"
    ),
    (
      ["nfs-address": "10.0.0.81/24", "nfs-server": "files.example"],
      "the NFS server 'files.example' has to be looked up, and there is no DNS server",
      "add dns=ADDRESS, or give the server's IPv4 address"
    ),
    (
      ["address": "10.0.0.80"], "'10.0.0.80' does not say how long its network's prefix is",
      "write 10.0.0.80/24 for a netmask of 255.255.255.0"
    ),
  ])
  func addressesThatCannotBe(_ values: [String: String], _ message: String, _ fix: String) throws {
    let error = #expect(throws: SubsystemError.self) { try layout(values) }
    #expect(error?.findings.first?.message == message)
    #expect(error?.findings.first?.fix == fix)
  }

  @Test func serversThatAreNeitherAddressNorName() throws {
    for text in ["10.0.2", "10.0.2.256", "10.0.2.2:2049", "fe80::1", "-a", "a..b", "127.0.0.1", ""]
    {
      let error = #expect(throws: SubsystemError.self) { try layout(["nfs-server": text]) }
      #expect(error?.findings.first?.place == .option("--set nfs-server"), "\(text)")
    }
    for text in ["10.0.2.2", "nas", "files.example", "3com.example"] {
      let nfs = try view(NFSConfig.self, of: "nfs", in: layout(["nfs-server": text]))
      #expect(self.text(NFSConfig.server, nfs) == text)
    }
  }

  @Test func theEnvironmentGivesWhatOptionsDoNot() throws {
    let environment = [
      "NFS_SERVER": "192.0.2.1", "NFS_DIRECTORY": "/srv", "WEBSITE_DIR": "site",
    ]
    let choices = try SystemChoices(
      for: WebServerSystem.self, values: ["nfs-server": "192.0.2.2"], environment: environment)
    let board = Board.odroidC4
    let layout = try WebServerSystem.layout(board: board, tree: board.tree(), choices)
    let nfs = try view(NFSConfig.self, of: "nfs", in: layout)
    #expect(text(NFSConfig.server, nfs) == "192.0.2.2")
    #expect(text(NFSConfig.exportPath, nfs) == "/srv")
  }

  @Test(arguments: ["nfs-server", "nfs-directory", "website-dir"])
  func saysWhatIsMissing(_ option: String) throws {
    let all = ["nfs-server": "a", "nfs-directory": "b", "website-dir": "c"]
    let board = Board.qemuVirtAArch64
    let choices = try SystemChoices(
      for: WebServerSystem.self, values: all.filter { $0.key != option })
    let error = #expect(throws: SubsystemError.self) {
      try WebServerSystem.layout(board: board, tree: board.tree(), choices)
    }
    let finding = error?.findings.first
    #expect(finding?.place == .option("--set \(option)"))
    #expect(finding?.fix?.contains(option) == true)
  }
}
