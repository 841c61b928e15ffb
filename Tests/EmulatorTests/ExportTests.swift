// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import HostIO
import TestSupport
import Testing

@testable import Emulator

/// The user network's NFS server, tested as a guest uses it: over Ethernet, with a minimal TCP.
@Suite struct ExportTests {
  @Test func aGuestReadsAFile() throws {
    let directory = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(directory) }
    let contents = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 11) }
    try Files.replace("\(directory)/page", with: contents)
    let network = try UserNetwork(forwards: [], exportedDirectory: directory)

    let mapper = try Guest(network, port: 111, localPort: 40001)
    let port = try mapper.call(program: 100_000, version: 2, procedure: 3, [100_003, 3, 6, 0])
    #expect(port == [0, 0, 8, 1])

    let guest = try Guest(network, port: 2049, localPort: 40002)
    let mounted = try guest.call(
      program: 100_005, version: 3, procedure: 1, [1], bytes: [0x2f, 0, 0, 0])
    #expect(mounted.starts(with: [0, 0, 0, 0, 0, 0, 0, 16]))
    let root = Array(mounted[8..<24])
    let found = try guest.call(
      program: 100_003, version: 3, procedure: 3, [16], bytes: root + [0, 0, 0, 4] + "page".utf8)
    #expect(found.starts(with: [0, 0, 0, 0, 0, 0, 0, 16]))
    let file = Array(found[8..<24])
    let read = try guest.call(
      program: 100_003, version: 3, procedure: 6, [16],
      bytes: file + [0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0x10, 0])
    // READ3resok: status, attributes, count, eof, length, data.
    #expect(read.prefix(4) == [0, 0, 0, 0])
    #expect(Array(read.dropFirst(4 + 4 + 84 + 12).prefix(4096)) == Array(contents[100..<4196]))
  }

  @Test func aMissingDirectoryIsAnError() {
    #expect(throws: EmulatorError.self) {
      try UserNetwork(forwards: [], exportedDirectory: "/nonexistent")
    }
  }
}

/// One TCP connection from 10.0.2.15 to 10.0.2.4 over a network that loses no frames.
private final class Guest {
  struct NoAnswer: Error {}

  private let network: UserNetwork
  private let port: UInt16
  private let localPort: UInt16
  private var sequence: UInt32 = 1000
  private var acknowledged: UInt32 = 0
  private var peer: [UInt8] = []
  private var received: [UInt8] = []
  private var frames: [[UInt8]] = []
  private static let station: [UInt8] = [0x52, 0x54, 0, 0x12, 0x34, 0x56]
  private static let (own, server): ([UInt8], [UInt8]) = ([10, 0, 2, 15], [10, 0, 2, 4])

  init(_ network: UserNetwork, port: UInt16, localPort: UInt16) throws {
    self.network = network
    self.port = port
    self.localPort = localPort
    network.deliver = { [unowned self] in frames.append($0) }
    let request: [UInt8] = [0, 1, 8, 0, 6, 4, 0, 1]
    send(
      [UInt8](repeating: 0xff, count: 6), type: [8, 6],
      request + Self.station + Self.own + [0, 0, 0, 0, 0, 0] + Self.server)
    try wait { !self.peer.isEmpty }
    segment(flags: 0x02)
    sequence &+= 1
    try wait { self.acknowledged != 0 }
  }

  func call(
    program: UInt32, version: UInt32, procedure: UInt32, _ words: [UInt32], bytes: [UInt8] = []
  ) throws -> [UInt8] {
    let header: [UInt32] = [7, 0, 2, program, version, procedure, 0, 0, 0, 0] + words
    let message = header.flatMap(Self.big) + bytes
    received = []
    segment(flags: 0x18, Self.big(UInt32(message.count) | 1 << 31) + message)
    sequence &+= UInt32(message.count + 4)
    try wait {
      guard self.received.count >= 4 else { return false }
      let mark = self.received[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      return self.received.count >= 4 + Int(mark & 0x7fff_ffff)
    }
    // The results follow the header of an accepted reply.
    #expect(Array(received[4..<28]) == [7, 1, 0, 0, 0, 0].flatMap(Self.big))
    return Array(received[28...])
  }

  private func wait(_ isDone: () -> Bool) throws {
    for round in 0..<500 {
      if isDone() { return }
      var timeout: UInt32 = 10
      var descriptors = network.descriptors(timeout: &timeout)
      _ = poll(&descriptors, nfds_t(descriptors.count), 10)
      let now = UInt64(round) * 10_000_000
      network.handle(descriptors, now: now)
      network.advance(to: now)
      while !frames.isEmpty { receive(frames.removeFirst()) }
    }
    throw NoAnswer()
  }

  private func receive(_ frame: [UInt8]) {
    if frame[12..<14] == [8, 6] {
      if frame[28..<32] == Self.server[...] { peer = Array(frame[22..<28]) }
      return
    }
    guard frame[23] == 6, frame[36..<38] == [UInt8(localPort >> 8), UInt8(localPort & 0xff)] else {
      return
    }
    let total = Int(frame[16]) << 8 | Int(frame[17])
    let data = frame[(34 + Int(frame[46] >> 4) * 4)..<(14 + total)]
    let number = frame[38..<42].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    if frame[47] & 0x02 != 0 {
      acknowledged = number &+ 1
    } else {
      guard number == acknowledged, !data.isEmpty else { return }
      received += data
      acknowledged &+= UInt32(data.count)
    }
    segment(flags: 0x10)
  }

  private func segment(flags: UInt8, _ data: [UInt8] = []) {
    var tcp = [
      UInt8(localPort >> 8), UInt8(localPort & 0xff), UInt8(port >> 8), UInt8(port & 0xff),
    ]
    tcp +=
      Self.big(sequence) + Self.big(acknowledged) + [0x50, flags, 0xff, 0xff, 0, 0, 0, 0] + data
    let pseudo = Self.own + Self.server + [0, 6, UInt8(tcp.count >> 8), UInt8(tcp.count & 0xff)]
    tcp.replaceSubrange(16..<18, with: Self.checksum(pseudo + tcp))
    let total = 20 + tcp.count
    var ip: [UInt8] = [0x45, 0, UInt8(total >> 8), UInt8(total & 0xff), 0, 0, 0, 0, 64, 6, 0, 0]
    ip += Self.own + Self.server
    ip.replaceSubrange(10..<12, with: Self.checksum(ip))
    send(peer, type: [8, 0], ip + tcp)
  }

  private func send(_ destination: [UInt8], type: [UInt8], _ payload: [UInt8]) {
    network.transmit(destination + Self.station + type + payload, now: 0)
    while !frames.isEmpty { receive(frames.removeFirst()) }
  }

  private static func big(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
  }

  private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
    var sum: UInt32 = 0
    for index in stride(from: 0, to: bytes.count, by: 2) {
      sum += UInt32(bytes[index]) << 8 | (index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0)
    }
    while sum >> 16 != 0 { sum = (sum & 0xffff) + (sum >> 16) }
    return [UInt8(~sum >> 8 & 0xff), UInt8(~sum & 0xff)]
  }
}
