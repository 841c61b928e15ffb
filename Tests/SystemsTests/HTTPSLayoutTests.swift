// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import Records
import Subsystems
import SystemModel
import Systems
import Testing

/// Systems with HTTPS: who has the private keys, and who can reach them.
@Suite struct HTTPSLayoutTests {
  /// The systems that can have it, with the domain that serves.
  static let servers = ["webserver": "web_server", "archiver": "archiver", "program": "my-site"]

  private func layouts(
    _ values: [String: String] = [:], _ credentials: [ServerCredential] = [.example]
  ) throws -> [(server: String, layout: SystemLayout)] {
    try Self.servers.flatMap { name, server in
      let system = try #require(builtInSystems.first { $0.name == name })
      return try Board.builtIn.map { board in
        let values = ["https": "443"].merging(values) { $1 }
        return (
          server,
          try expectedLayout(of: system, on: board, values: values, credentials: credentials)
        )
      }
    }
  }

  @Test func theSignerSharesNothingButCalls() throws {
    for (server, layout) in try layouts() {
      let system = layout.description
      let topology = Topology(system)
      let signer = try #require(topology.domain(named: "signer"))
      #expect(signer.passive == true && signer.interrupts.isEmpty && signer.children.isEmpty)
      #expect(signer.maps.map(\.region) == ["signer_heap"])
      #expect(topology.sharers(of: "signer_heap") == ["signer"])
      let region = system.memoryRegions.first { $0.name == "signer_heap" }
      #expect(region?.physicalAddress == nil)
      #expect(!topology.shareMemory("signer", server))
      #expect(topology.peers(of: "signer") == [server, "entropy"])
      for channel in system.channels
      where channel.a.domain == "signer" || channel.b.domain == "signer" {
        let (mine, other) =
          channel.a.domain == "signer" ? (channel.a, channel.b) : (channel.b, channel.a)
        #expect(mine.mayCall == (other.domain == "entropy"))
        #expect(other.mayCall == (other.domain == server))
        #expect(!other.mayNotify || other.domain == "entropy")
      }
    }
  }

  @Test func theKeyIsInOneRecord() throws {
    for (_, layout) in try layouts() {
      let key = ServerCredential.example.key
      let holders = layout.records.filter { record in
        record.bytes.indices.contains { record.bytes[$0...].starts(with: key) }
      }
      #expect(holders.map(\.domain) == ["signer"])
      #expect(layout.records.filter(\.isSecret).map(\.domain) == ["signer"])
      #expect(holders.map(\.section) == ["\(SignerConfig.section)"])
    }
  }

  @Test func recordsSayWhatIsChosen() throws {
    typealias Config = TLSServerConfig
    let rsa = ServerCredential(chain: [[7, 8]], names: ["b.example"], keyBits: 2048, key: [5, 6])
    let values = ["https": "8443", "hsts": "60", "port": "none"]
    for (server, layout) in try layouts(values, [.example, rsa]) {
      let bytes = try #require(
        layout.records.first { $0.domain == server && $0.section == "\(Config.section)" }
      ).bytes
      let record = try #require(RecordView<Config, [UInt8]>(bytes))
      #expect(record[Config.port] == 8443 && record[Config.strictTransportSeconds] == 60)
      #expect(record[Config.isOnlySecure] == 1 && record[Config.redirects] == 0)
      #expect(record[Config.credentialCount] == 2)
      let second = Config.credentials[1]
      #expect(record[second / TLSCredential.keyBits] == 2048)
      let start = Config.data.offset + Int(record[second / TLSCredential.start])
      #expect(Array(bytes[start..<start + 14]) == [0, 0, 2, 7, 8] + Array("b.example".utf8))
      let signer = try #require(layout.records.first { $0.domain == "signer" && $0.isSecret }).bytes
      let keys = try #require(RecordView<SignerConfig, [UInt8]>(signer))
      #expect(keys[SignerConfig.keyCount] == 2)
      let place = SignerConfig.data.offset + Int(keys[SignerConfig.keys[1] / SignerKey.start])
      #expect(Array(signer[place..<place + 2]) == [5, 6])
      // Both ends name the same channel.
      let ends = layout.description.channels.map { [$0.a, $0.b] }
        .first { Set($0.map(\.domain)) == ["signer", server] }
      #expect(
        ends?.first { $0.domain == "signer" }?.id.rawValue == keys[SignerConfig.clientID])
      #expect(ends?.first { $0.domain == server }?.id.rawValue == record[Config.signerID])
    }
  }

  @Test func theHeapGrows() throws {
    for (server, layout) in try layouts() {
      let name = try #require(Self.servers.first { $0.value == server }).key
      let system = try #require(builtInSystems.first { $0.name == name })
      let plain = try expectedLayout(of: system, on: .qemuVirtAArch64)
      let sizes = [layout, plain].map { $0.heapSize(of: server)?.rawValue ?? 0 }
      #expect(sizes[0] == sizes[1] + 12 << 20)
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    func error(_ values: [String: String], _ credentials: [ServerCredential]) -> HTTPSError? {
      do {
        _ = try layouts(values, credentials)
        return nil
      } catch {
        return error as? HTTPSError
      }
    }
    let long = ServerCredential(
      chain: [Array(repeating: 0, count: 40_000)], names: [], keyBits: 0, key: [1])
    #expect(error([:], [long]) == .tooLarge(what: "certificates and their names", limit: 32616))
    let secret = ServerCredential(
      chain: [[1]], names: [], keyBits: 0, key: Array(repeating: 0, count: 25_000))
    #expect(error([:], [secret]) == .tooLarge(what: "private keys", limit: 24496))
    #expect(
      error([:], Array(repeating: .example, count: 9)) == .tooManyCertificates(limit: 8))
    #expect(error([:], []) == .noCertificate)
    #expect(
      error(["port": "none", "https-redirect": "yes"], [.example])
        == .nothingToRedirect(plain: "port"))
    #expect(error(["https": "", "hsts": "1"], []) == .withoutHTTPS(option: "hsts", value: "1"))
  }
}
