// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Boards
import Records
import SystemModel
import Testing

@testable import Subsystems

@Suite struct IPSettingsTests {
  @Test func addressesAsText() {
    #expect(IPv4Address("10.0.2.15") == IPv4Address(10, 0, 2, 15))
    #expect(IPv4Address("255.255.255.255")?.description == "255.255.255.255")
    for text in [
      "", "10", "10.0.2", "10.0.2.15.1", "10.0.2.256", "10.0.2.-1", "10.0.2.+1", "10.0.2.015",
      "10.0.2.", ".10.0.2.1", "10.0.2.0x1", " 10.0.2.1", "10.0.2.1 ", "a.b.c.d", "１0.0.2.1",
    ] {
      #expect(IPv4Address(text) == nil, "\(text)")
    }
  }

  @Test func fixedAddressesAsText() throws {
    let plain = try FixedAddress("192.168.7.9/16")
    #expect(plain == FixedAddress(IPv4Address(192, 168, 7, 9), prefixLength: 16))
    let (router, server) = (IPv4Address(10, 0, 0, 1), IPv4Address(1, 1, 1, 1))
    let all = FixedAddress(
      IPv4Address(10, 0, 0, 2), prefixLength: 24, router: router, nameServer: server)
    #expect(try FixedAddress("10.0.0.2/24,router=10.0.0.1,dns=1.1.1.1") == all)
    #expect(try FixedAddress("10.0.0.2/24,dns=1.1.1.1,router=10.0.0.1") == all)
    // Networks of two hosts and of one (RFC 3021).
    #expect(throws: Never.self) { try FixedAddress("10.0.0.2/31,router=10.0.0.3") }
    #expect(throws: Never.self) { try FixedAddress("10.0.0.2/32") }
    #expect(throws: Never.self) { try FixedAddress("10.0.0.255/23") }
  }

  @Test(
    arguments: [
      ("", .notAnAddress("")), ("dhpc", .notAnAddress("dhpc")), ("/24", .notAnAddress("/24")),
      ("10.0.0/24", .notAnAddress("10.0.0/24")), ("10.0.0.2", .noPrefix("10.0.0.2")),
      ("10.0.0.2,router=10.0.0.1", .noPrefix("10.0.0.2")), ("10.0.0.2/", .prefixLength("")),
      ("10.0.0.2/33", .prefixLength("33")), ("10.0.0.2/0", .prefixLength("0")),
      ("10.0.0.2/024", .prefixLength("024")),
      ("10.0.0.2/255.255.255.0", .prefixLength("255.255.255.0")),
      ("0.0.0.1/24", .notAHost("0.0.0.1")), ("127.0.0.1/8", .notAHost("127.0.0.1")),
      ("224.0.0.1/24", .notAHost("224.0.0.1")), ("255.255.255.255/8", .notAHost("255.255.255.255")),
      ("10.0.0.0/24", .networkItself("10.0.0.0/24")),
      ("10.0.0.4/30", .networkItself("10.0.0.4/30")),
      ("10.0.0.255/24", .broadcast("10.0.0.255/24")), ("10.0.0.7/30", .broadcast("10.0.0.7/30")),
      ("10.0.0.2/24,router=10.0.1.1", .routerOutside("10.0.1.1", network: "10.0.0.0/24")),
      ("10.0.0.2/32,router=10.0.0.1", .routerOutside("10.0.0.1", network: "10.0.0.2/32")),
      ("10.0.0.2/24,router=10.0.0.2", .ownRouter("10.0.0.2")),
      ("10.0.0.2/24,router=10.0.0.0", .notAPart(.router, "10.0.0.0")),
      ("10.0.0.2/24,router=10.0.0.255", .notAPart(.router, "10.0.0.255")),
      ("126.0.0.2/7,router=127.0.0.1", .notAPart(.router, "127.0.0.1")),
      ("10.0.0.2/24,router=", .notAPart(.router, "")),
      ("10.0.0.2/24,dns=ns1", .notAPart(.nameServer, "ns1")),
      ("10.0.0.2/24,dns=0.0.0.0", .notAPart(.nameServer, "0.0.0.0")),
      ("10.0.0.2/24,gateway=10.0.0.1", .unknownPart("gateway=10.0.0.1")),
      ("10.0.0.2/24,", .unknownPart("")),
      ("10.0.0.2/24, dns=1.1.1.1", .unknownPart(" dns=1.1.1.1")),
      ("10.0.0.2/24,router=10.0.0.1,router=10.0.0.3", .givenTwice(.router)),
    ] as [(String, AddressMistake)])
  func mistakes(_ text: String, _ mistake: AddressMistake) {
    #expect(throws: mistake) { try FixedAddress(text) }
    // Each is one line, and has a fix.
    let finding = SubsystemError.invalidAddress(option: "address", mistake).findings[0]
    #expect(finding.place == .option("--set address") && finding.rule == "address")
    #expect(!finding.message.contains("\n") && finding.fix?.isEmpty == false)
  }

  private enum Template: SystemTemplate {
    static let name = "t"
    static let summary = "t"
    static let options = [SystemOption.address(variable: "ADDRESS", of: "one")]
    static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws {}
  }

  @Test func theUsersChoice() throws {
    func settings(_ values: [String: String], _ environment: [String: String] = [:]) throws
      -> IPSettings
    {
      let choices = try SystemChoices(
        for: Template.self, values: values, environment: environment)
      return try IPSettings(choices, hostName: "h", requestedAddress: IPv4Address(10, 0, 2, 15))
    }
    let dhcp = IPSettings.dhcp(hostName: "h", requestedAddress: IPv4Address(10, 0, 2, 15))
    let fixed = IPSettings.fixed(FixedAddress(IPv4Address(10, 0, 0, 2), prefixLength: 24))
    #expect(try settings([:]) == dhcp)
    #expect(try settings([:], ["ADDRESS": ""]) == dhcp)
    #expect(try settings(["address": "dhcp"], ["ADDRESS": "10.0.0.2/24"]) == dhcp)
    #expect(try settings(["address": "10.0.0.2/24"]) == fixed)
    #expect(try settings([:], ["ADDRESS": "10.0.0.2/24"]) == fixed)
    #expect(throws: SubsystemError.invalidAddress(option: "address", .noPrefix("10.0.0.2"))) {
      try settings(["address": "10.0.0.2"])
    }
  }

  /// Systems of another package may have made the values themselves.
  @Test func recordsAndWhatTheyRefuse() throws {
    var system = SystemBuilder(board: .odroidC4, tree: try Board.odroidC4.tree())
    let one = try system.add("one", sourceImage: "x.elf", priority: 1)
    let two = try system.add("two", sourceImage: "x.elf", priority: 1)
    let address = IPv4Address(10, 0, 0, 2)
    let broken = IPSettings.fixed(FixedAddress(address, prefixLength: 40))
    let error = #expect(throws: SubsystemError.self) { try broken.addRecord(to: one, in: &system) }
    #expect(error?.findings.first?.place == .entity("client 'one'"))
    let fixed = IPSettings.fixed(
      FixedAddress(address, prefixLength: 24, router: IPv4Address(10, 0, 0, 1)))
    try fixed.addRecord(to: one, in: &system)
    #expect(throws: SubsystemError.duplicateAddress("10.0.0.2", first: "one", second: "two")) {
      try fixed.addRecord(to: two, in: &system)
    }
    let record = try #require(system.layout().records.first)
    let golden: [UInt8] =
      Array(record.bytes[..<12]) + [1, 24, 0, 0, 2, 0, 0, 10, 1, 0, 0, 10]
      + Array(repeating: 0, count: 72)
    #expect(record.bytes == golden && record.section == ".ip_client_config")
    #expect(record.bytes[8..<12] == [96, 0, 0, 0])
    try IPSettings.dhcp(hostName: "host").addRecord(to: two, in: &system)
    let dhcp = try #require(system.layout().records.last)
    #expect(dhcp.bytes[12..<28].allSatisfy { $0 == 0 })
    #expect(dhcp.bytes[28..<32].elementsEqual("host".utf8))
  }
}
