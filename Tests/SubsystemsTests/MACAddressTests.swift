// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Boards
import Records
import Subsystems
import Testing

@Suite struct MACAddressTests {
  @Test(
    arguments: [
      ("52:54:01:00:00:10", 0x5254_0100_0010), ("52-54-1-0-0-A", 0x5254_0100_000a),
      ("FF:ff:FF:ff:FF:ff", 0xffff_ffff_ffff),
    ] as [(String, UInt64)])
  func reads(_ text: String, _ value: UInt64) {
    #expect(MACAddress(text)?.value == value)
  }

  @Test(arguments: [
    "", "52:54:01:00:00", "52:54:01:00:00:10:11", "52:54:01:00:00:1g", "52:54:01:00:00:100",
    "52:54:01:00:00:+1", "52:54-01:00:00:10", "52:54:01::00:10", " 52:54:01:00:00:10",
  ])
  func refuses(_ text: String) {
    #expect(MACAddress(text) == nil)
  }

  @Test func writesTwoDigitsForEachOctet() {
    #expect("\(MACAddress(2, 0, 0xa, 0xbc, 0, 1))" == "02:00:0a:bc:00:01")
  }

  private func addClients(_ addresses: [MACAddress?]) throws -> [String] {
    let board = Board.qemuVirtAArch64
    var system = SystemBuilder(board: board, tree: try board.tree())
    let driver = try system.add("driver", sourceImage: "d.elf", priority: 100)
    let virtTx = try system.add("virt_tx", sourceImage: "t.elf", priority: 99)
    let virtRx = try system.add("virt_rx", sourceImage: "r.elf", priority: 98)
    var network = NetworkSubsystem(driver: driver, virtTx: virtTx, virtRx: virtRx)
    for (index, address) in addresses.enumerated() {
      let client = try system.add("c\(index)", sourceImage: "c.elf", priority: 1)
      let copier = try system.add("p\(index)", sourceImage: "p.elf", priority: 2)
      try network.addClient(.init(client, copier: copier, macAddress: address))
    }
    return network.clients.compactMap { $0.macAddress?.description }
  }

  @Test func aDuplicateIsAnError() {
    #expect(
      throws: SubsystemError.duplicateMAC(
        text: "52:54:01:00:00:10", first: "c0", second: "c1")
    ) {
      try addClients([MACAddress(0x5254_0100_0010), MACAddress(0x5254_0100_0010)])
    }
  }

  @Test(arguments: [0x0100_5e00_0001, 0xffff_ffff_ffff, 0] as [UInt64])
  func anAddressThatIsNotOneStationIsAnError(_ value: UInt64) {
    let mac = MACAddress(value)
    #expect(throws: SubsystemError.unusableMAC(client: "c0", text: "\(mac)")) {
      try addClients([mac])
    }
  }

  @Test func derivedAddressesAreLocalUniqueAndTheSameAgain() throws {
    let first = try addClients([nil, nil, nil])
    #expect(Set(first).count == 3)
    #expect(first == (try addClients([nil, nil, nil])))
    for text in first {
      let octet = try #require(MACAddress(text))[octet: 0]
      #expect(octet & 3 == 2)
    }
  }
}
