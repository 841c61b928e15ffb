// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NFS
import NFSTestSupport
import ONCRPC
import TestSupport
import Testing
import XDR

/// Damaged records, given directly to each parser: real replies with words and bytes replaced, truncated, extended and
/// spliced. Nothing traps, and accepted data lies inside the record.
@Suite struct RecordFuzzTests {
  private static let header = hex("00000001 00000001 00000000 00000000 00000000 00000000")
  private static let seeds: [(NFSProcedure, [UInt8])] = ResultTests.results.map {
    ($0, header + $1)
  }

  private static func damage(_ record: [UInt8], _ numbers: inout SeededGenerator) -> [UInt8] {
    var bytes = record
    for _ in 0..<UInt32.random(in: 1...4, using: &numbers) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &numbers)
      switch UInt8.random(in: 0..<8, using: &numbers) {
      case 0, 1: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
      case 2, 3, 4:
        let values: [UInt32] = [
          0, 1, 2, 3, 4, 63, 64, 65, 255, 256, 1024, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc,
          0xffff_ffff, UInt32(bytes.count), UInt32(max(0, bytes.count - place)),
        ]
        let value = values.randomElement(using: &numbers) ?? 0
        for index in 0..<4 where place & ~3 + index < bytes.count {
          bytes[place & ~3 + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index))
        }
      case 5: bytes.removeLast(bytes.count - place)
      case 6: bytes += bytes[place...]
      default: bytes.removeFirst(min(place, 8))
      }
    }
    return bytes
  }

  @Test func results() {
    var numbers = SeededGenerator(seed: 7)
    var accepted = 0
    for round in 0..<fuzzIterations(20_000) {
      let (procedure, seed) = Self.seeds[round % Self.seeds.count]
      let record = Self.damage(seed, &numbers)
      guard let reply = try? RPCReply(record) else { continue }
      guard let result = try? NFSResult(procedure, reply.results) else { continue }
      accepted += 1
      if case .data(let data, let range, _) = result.payload {
        guard range.lowerBound >= 0, range.upperBound <= data.count else {
          Issue.record("round \(round): \(range) of \(data.count)")
          return
        }
      }
      if case .directory(let page) = result.payload, page.entries.count > record.count {
        Issue.record("round \(round): more names than bytes")
        return
      }
    }
    #expect(accepted > 0)
  }

  @Test func mounts() {
    var numbers = SeededGenerator(seed: 8)
    for _ in 0..<fuzzIterations(20_000) {
      let record = Self.damage(Golden.mountReply, &numbers)
      guard let reply = try? RPCReply(record) else { continue }
      if case .mounted(let handle, _)? = try? Mount.readMount(reply.results),
        !(1...64).contains(handle.count)
      {
        Issue.record("a handle of \(handle.count) bytes")
        return
      }
      _ = try? Portmap.readPort(reply.results)
    }
  }

  /// Fragments in pieces of any size: no record exceeds the limit, and no more bytes come out than went in.
  @Test func fragments() {
    var numbers = SeededGenerator(seed: 9)
    let mark = hex("80000030")
    for round in 0..<fuzzIterations(20_000) {
      var assembler = RecordAssembler(limit: 200)
      let stream = Self.damage(mark + Self.header + Self.header + mark + Self.header, &numbers)
      var rest = stream[...]
      var total = 0
      while !rest.isEmpty {
        let piece = Array(rest.prefix(Int.random(in: 1...stream.count, using: &numbers)))
        guard let count = try? assembler.consume(piece.span) else { break }
        rest = rest.dropFirst(count)
        let record = assembler.nextRecord()
        total += record?.count ?? 0
        guard record?.count ?? 0 <= 200, total <= stream.count, count > 0 || record != nil else {
          Issue.record("round \(round): \(total) of \(stream.count), \(count) taken")
          return
        }
      }
    }
  }
}
