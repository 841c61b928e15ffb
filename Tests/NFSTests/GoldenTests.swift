// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NFS
import NFSTestSupport
import ONCRPC
import Testing
import XDR

/// Messages recorded between this client and nfs-ganesha 4.3. Wireshark 4.0 dissects them without
/// complaint.
enum Golden {
  static let mountCall = hex(
    """
    8000006ca1a0589a0000000000000002000186a50000000300000001000000010000001c00000000
    0000000673657276616c00000000000000000000000000000000000000000000000000212f746d70
    2f73657276616c2d67616e657368612d5a736c326c362f6578706f7274000000
    """)
  static let mountReply = hex(
    """
    a1a0589a0000000100000000000000000000000000000000000000000000001843000001
    124463912dade060622c0184c2f900df5ccb66000000000100000001
    """)
  static let lookUpCall = hex(
    """
    8000006821a0589d0000000000000002000186a30000000300000003000000010000001c00000000
    0000000673657276616c000000000000000000000000000000000000000000000000001843000001
    124463912dade060622c0184c2f900df5ccb6600000000036e657700
    """)
  static let lookUpReply = hex(
    """
    21a0589d0000000100000000000000000000000000000000000000000000001843000001124463
    912dade060622c0188c2f900e0e474a9000000000100000002000001ed00000002000000000000000000
    00000000001000000000000000100000000000000000002c6260e0ad2d91630000000000f9c2886b0150
    800a713e186b0150800a713e186b0150800a713e180000000100000002000001ed000000030000000000
    0000000000000000001000000000000000100000000000000000002c6260e0ad2d91630000000000f9c2
    846b01507f39692b0e6b0150800a713e186b0150800a713e18
    """)
  static let readCall = hex(
    """
    8000006c21a058ad0000000000000002000186a30000000300000006000000010000001c00000000
    0000000673657276616c000000000000000000000000000000000000000000000000001843000001
    124463912dade060622c0189c2f900ec59c18600000000000000000000010000
    """)
  static let accessReply = hex(
    """
    21a058af0000000100000000000000000000000000000000000000000000000100000001000001a4
    00000001000000000000000000000000000003e8000000000000100000000000000000002c6260e0
    ad2d91630000000000f9c2896b0150800ccd96806b0150800c968f1a6b0150800c968f1a0000000d
    """)
  static let informationReply = hex(
    """
    21a0589b0000000100000000000000000000000000000000000000000000000100000002000001ed
    0000000300000000000000000000000000001000000000000000100000000000000000002c6260e0
    ad2d91630000000000f9c2846b01507f39692b0e6b0150800a713e186b0150800a713e1804000000
    0400000000000200040000000400000000000200000040007fffffffffffffff0000000000000064
    0000001b
    """)
  static let createReply = hex(
    """
    21a058b7000000010000000000000000000000000000000000000000000000010000001843000001
    124463912dade060622c0189c2f900d86b97f2000000000100000001000001a40000000100000000
    000000000000000000000000000000000000000000000000000000002c6260e0ad2d916300000000
    00f9c2896b0150800cdf75eb6b0150800cdf75eb6b0150800cdf75eb000000010000000000001000
    6b0150800cd5f0b06b0150800cd5f0b00000000100000002000001ed000000020000000000000000
    00000000000010000000000000001000000000000000000 02c6260e0ad2d91630000000000f9c288
    6b0150800a713e186b0150800cdf75eb6b0150800cdf75eb
    """)
}

@Suite struct GoldenTests {
  private let credentials = Credentials.system(
    machineName: bytes("serval"), user: 0, group: 0, groups: [])

  private func call(_ call: NFSCall, xid: UInt32) -> [UInt8] {
    RPCCall(xid: xid, call.procedure.procedure, credentials) { call.write(to: &$0) }.record
  }

  private func handle(_ digits: String) throws -> FileHandle {
    try #require(FileHandle(hex(digits)))
  }

  @Test func calls() throws {
    let mount = RPCCall(xid: 0xa1a0_589a, Mount.mount, credentials) {
      Mount.writePath(bytes("/tmp/serval-ganesha-Zsl2l6/export"), to: &$0)
    }
    #expect(mount.record == Golden.mountCall)
    let directory = try handle("43000001124463912dade060622c0184c2f900df5ccb6600")
    #expect(
      call(.lookUp(directory: directory, name: bytes("new")), xid: 0x21a0_589d) == Golden.lookUpCall
    )
    let file = try handle("43000001124463912dade060622c0189c2f900ec59c18600")
    #expect(call(.read(file, offset: 0, count: 65_536), xid: 0x21a0_58ad) == Golden.readCall)
  }

  @Test func replies() throws {
    let mount = try RPCReply(Golden.mountReply)
    #expect(mount.xid == 0xa1a0_589a && mount.outcome == .success)
    #expect(
      try Mount.readMount(mount.results)
        == .mounted(
          handle: hex("43000001124463912dade060622c0184c2f900df5ccb6600"),
          takesSystemCredentials: true))

    let lookUp = try NFSResult(.lookUp, try RPCReply(Golden.lookUpReply).results)
    guard case .handle(let found?) = lookUp.payload else { throw XDRError.badValue }
    #expect(found.bytes == hex("43000001124463912dade060622c0188c2f900e0e474a900"))
    let attributes = try #require(lookUp.attributes)
    #expect(attributes.type == .directory && attributes.mode == 0o755 && attributes.linkCount == 2)
    #expect(attributes.size == 4096 && attributes.fileNumber == 0xf9c288)
    #expect(attributes.modified == FileTime(seconds: 0x6b01_5080, nanoseconds: 0x0a71_3e18))
    #expect(lookUp.directoryAttributes?.linkCount == 3)

    let access = try NFSResult(.access, try RPCReply(Golden.accessReply).results)
    guard case .access(let rights) = access.payload else { throw XDRError.badValue }
    #expect(rights == [.read, .modify, .extend] && access.attributes?.size == 1000)

    let result = try NFSResult(
      .fileSystemInformation, try RPCReply(Golden.informationReply).results)
    guard case .information(let information) = result.payload else { throw XDRError.badValue }
    #expect(information.readMaximum == 64 << 20 && information.directoryPreferred == 16_384)
    #expect(information.fileMaximum == UInt64(Int64.max) && information.properties == 0x1b)

    let create = try NFSResult(.create, try RPCReply(Golden.createReply).results)
    guard case .handle(.some) = create.payload else { throw XDRError.badValue }
    #expect(create.attributes?.mode == 0o644 && create.directoryAttributes?.linkCount == 2)
  }

  @Test(arguments: [
    (NFSProcedure.lookUp, Golden.lookUpReply), (.access, Golden.accessReply),
    (.fileSystemInformation, Golden.informationReply), (.create, Golden.createReply),
  ])
  func cutOff(_ procedure: NFSProcedure, _ record: [UInt8]) {
    for count in 0..<record.count {
      #expect(throws: XDRError.self) {
        _ = try NFSResult(procedure, try RPCReply(Array(record[..<count])).results)
      }
    }
  }
}

/// Results written by hand after RFC 1813: every procedure, truncated at every length, and with every
/// word replaced by large numbers.
@Suite struct ResultTests {
  static let attributes = hex(
    """
    00000001 000001a4 00000001 000003e8 000003e9 00000000 00000005 00000000 00001000
    00000008 00000001 00000000 00000007 00000000 0000002a 00000001 00000002 00000003
    00000004 00000005 00000006
    """)
  static let some = hex("00000001") + attributes
  static let change =
    hex("00000001") + hex("0000000000000005 0000000300000004 0000000500000006") + some
  static let ok = hex("00000000")

  static let results: [(NFSProcedure, [UInt8])] = [
    (.getAttributes, ok + attributes),
    (.setAttributes, ok + change),
    (.lookUp, ok + hex("00000004 61626364") + some + hex("00000000")),
    (.access, ok + some + hex("0000001f")),
    (.readLink, ok + some + hex("00000005 612f622f63 000000")),
    (.read, ok + some + hex("00000005 00000001 00000005 68656c6c6f 000000")),
    (.write, ok + change + hex("00000005 00000002 0102030405060708")),
    (.create, ok + hex("00000001 00000001 78000000") + some + change),
    (.makeDirectory, ok + hex("00000000 00000000") + change),
    (.remove, ok + change),
    (.removeDirectory, ok + change),
    (.rename, ok + change + change),
    (
      .readDirectory,
      ok + some
        + hex("1122334455667788 00000001 000000000000002a 00000002 61620000 0000000000000001")
        + some + hex("00000001 00000003 78797a00 00000000 00000001")
    ),
    (
      .fileSystemStatistics,
      ok + some
        + hex(
          "0000000000001000 0000000000000800 0000000000000400 0000000000000010 0000000000000008 0000000000000004 0000003c"
        )
    ),
    (.commit, ok + change + hex("0102030405060708")),
  ]

  @Test func values() throws {
    for (procedure, bytes) in Self.results {
      let result = try NFSResult(procedure, XDRReader(bytes))
      #expect(result.status == .ok)
      switch (procedure, result.payload) {
      case (.lookUp, .handle(let found)): #expect(found?.bytes == hex("61626364"))
      case (.access, .access(let rights)):
        #expect(rights == [.read, .lookUp, .modify, .extend, .delete])
      case (.readLink, .link(let target)): #expect(text(target) == "a/b/c")
      case (.read, .data(let record, let range, let isEnd)):
        #expect(text(record[range]) == "hello" && isEnd)
      case (.write, .written(let count)): #expect(count == 5)
      case (.create, .handle(let found)): #expect(found?.bytes == hex("78"))
      case (.makeDirectory, .handle(let found)): #expect(found == nil)
      case (.readDirectory, .directory(let page)):
        #expect(page.verifier == 0x1122_3344_5566_7788 && page.isEnd && page.lastCookie == 1)
        #expect(page.entries.map { text($0.name) } == ["ab"])
        #expect(page.entries.first?.handle?.bytes == hex("78797a"))
        #expect(page.entries.first?.attributes?.fileNumber == 42)
      case (.fileSystemStatistics, .statistics(let statistics)):
        #expect(statistics.availableFiles == 4 && statistics.invariantTime == 60)
      case (.getAttributes, .none), (.setAttributes, .none), (.remove, .none), (.rename, .none),
        (.removeDirectory, .none), (.commit, .none):
        break
      default: Issue.record("\(procedure)")
      }
      if procedure != .remove, procedure != .removeDirectory, procedure != .rename,
        procedure != .makeDirectory, procedure != .readDirectory
      {
        #expect(result.attributes?.fileNumber == 42, "\(procedure)")
        #expect(result.attributes?.accessed == FileTime(seconds: 1, nanoseconds: 2))
      }
    }
  }

  @Test func cutOffAndInflated() {
    for (procedure, bytes) in Self.results {
      for count in 0..<bytes.count {
        // The client does not read the verifier after a result.
        if (procedure == .commit || procedure == .write) && count >= bytes.count - 12 { continue }
        if procedure == .rename && count >= bytes.count - 112 - 4 { continue }
        #expect(throws: XDRError.self, "\(procedure) \(count)") {
          _ = try NFSResult(procedure, XDRReader(Array(bytes[..<count])))
        }
      }
      for offset in stride(from: 0, to: bytes.count, by: 4) {
        for value: UInt32 in [0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fffc] {
          var damaged = bytes
          for index in 0..<4 {
            damaged[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index))
          }
          _ = try? NFSResult(procedure, XDRReader(damaged))
        }
      }
    }
  }

  @Test func namesThatNoFileHas() throws {
    for name in ["00000000", "00000003 612f6200", "00000001 00000000"] {
      let reply =
        Self.ok + hex("00000000 0000000000000000 00000001 0000000000000001") + hex(name)
        + hex("0000000000000001 00000000 00000000 00000000 00000001")
      let result = try NFSResult(.readDirectory, XDRReader(reply))
      guard case .directory(let page) = result.payload else { throw XDRError.badValue }
      #expect(page.entries.isEmpty && page.isEnd)
    }
  }
}

@Suite struct RPCTests {
  /// A record in fragments of one byte takes linear time: what has arrived is not copied for each fragment.
  @Test(.timeLimit(.minutes(1))) func fragmentsOfOneByte() throws {
    let count = 500_000
    var stream: [UInt8] = []
    for index in 0..<count {
      stream += [index == count - 1 ? 0x80 : 0, 0, 0, 1, UInt8(truncatingIfNeeded: index)]
    }
    var assembler = RecordAssembler(limit: count)
    #expect(try assembler.consume(stream.span) == stream.count)
    let record = assembler.nextRecord()
    #expect(record?.count == count && record?.last == UInt8(truncatingIfNeeded: count - 1))
  }

  @Test func records() throws {
    var assembler = RecordAssembler(limit: 10)
    let stream = hex("00000002 6162 00000000 80000001 63 80000000 80000003 787a7a")
    var records: [[UInt8]] = []
    for byte in stream {
      #expect(try assembler.consume([byte].span) == 1)
      if let record = assembler.nextRecord() { records.append(record) }
    }
    #expect(records == [bytes("abc"), [], bytes("xzz")])
    #expect(throws: RecordAssembler.TooLong.self) {
      _ = try assembler.consume(hex("00000006 616161616161 80000005").span)
    }
    assembler.reset()
    #expect(throws: RecordAssembler.TooLong.self) {
      _ = try assembler.consume(hex("ffffffff").span)
    }
  }

  /// An endless stream of zeros is a record of empty fragments. It is rejected, and does not keep the machine busy.
  @Test func emptyFragments() throws {
    let limit = RecordAssembler.emptyFragmentLimit
    var assembler = RecordAssembler(limit: 10)
    for _ in 0..<3 {
      // The limit counts per record; its last fragment may be empty, too.
      let stream = [UInt8](repeating: 0, count: 4 * (limit - 1)) + hex("00000001 61 80000000")
      #expect(try assembler.consume(stream.span) == stream.count)
      #expect(assembler.nextRecord() == bytes("a"))
    }
    #expect(throws: RecordAssembler.TooLong.self) {
      _ = try assembler.consume([UInt8](repeating: 0, count: 4 * (limit + 1)).span)
    }
  }

  @Test func outcomes() throws {
    func outcome(_ digits: String) throws -> RPCReply.Outcome {
      let record = hex("00000009 00000001" + digits)
      for count in 0..<record.count {
        #expect(throws: XDRError.self) { _ = try RPCReply(Array(record[..<count])) }
      }
      return try RPCReply(record).outcome
    }
    #expect(try outcome("00000000 00000000 00000000 00000000") == .success)
    #expect(try outcome("00000000 00000001 00000003 61626300 00000001") == .programUnavailable)
    #expect(
      try outcome("00000000 00000000 00000000 00000002 00000002 00000004") == .versionMismatch)
    #expect(try outcome("00000000 00000000 00000000 00000003") == .procedureUnavailable)
    #expect(try outcome("00000000 00000000 00000000 00000004") == .garbageArguments)
    #expect(try outcome("00000000 00000000 00000000 00000005") == .systemError)
    #expect(try outcome("00000001 00000000 00000002 00000002") == .rpcMismatch)
    #expect(try outcome("00000001 00000001 00000005") == .authenticationError(5))
    for wrong in [
      "00000009 00000000 00000000", "00000009 00000001 00000002",
      "00000009 00000001 00000000 00000000 000001f4",
      "00000009 00000001 00000000 00000000 00000000 00000006",
    ] {
      #expect(throws: XDRError.self) { _ = try RPCReply(hex(wrong)) }
    }
  }

  @Test func portmapper() throws {
    var writer = XDRWriter()
    Portmap.writeGetPort(program: 100_003, version: 3, to: &writer)
    #expect(writer.bytes == hex("000186a3 00000003 00000006 00000000"))
    #expect(try Portmap.readPort(XDRReader(hex("00000801"))) == 2049)
    #expect(try Portmap.readPort(XDRReader(hex("00000000"))) == nil)
    #expect(throws: XDRError.badValue) { _ = try Portmap.readPort(XDRReader(hex("00010000"))) }
  }

  @Test func mounts() throws {
    #expect(try Mount.readMount(XDRReader(hex("0000000d"))) == .refused(13))
    #expect(
      try Mount.readMount(XDRReader(hex("00000000 00000001 61000000 00000001 00000006")))
        == .mounted(handle: [0x61], takesSystemCredentials: false))
    #expect(throws: XDRError.badValue) {
      _ = try Mount.readMount(XDRReader(hex("00000000 00000000")))
    }
    #expect(throws: XDRError.tooLong) {
      _ = try Mount.readMount(XDRReader(hex("00000000 00000041")))
    }
    let whole = hex("00000000 00000001 61000000 00000001 00000006")
    for count in 0..<whole.count {
      #expect(throws: XDRError.self) { _ = try Mount.readMount(XDRReader(Array(whole[..<count]))) }
    }
  }

  @Test func credentials() throws {
    let call = RPCCall(
      xid: 1, Procedure(program: 2, version: 3, number: 4),
      .system(machineName: bytes("abc"), user: 5, group: 6, groups: [7, 8])
    ) { $0.uint32(9) }
    #expect(
      call.record
        == hex(
          """
          8000004c 00000001 00000000 00000002 00000002 00000003 00000004
          00000001 00000020 00000000 00000003 61626300 00000005 00000006 00000002 00000007
          00000008 00000000 00000000 00000009
          """))
  }
}
