// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import EntropyComponents
import EntropyProtocol
import TestSupport
import Testing
import Time

/// A generator that a test scripts.
private final class Script {
  var generator = SeededGenerator(seed: 1)
  var isPresent = true
  /// Bytes that the generator still delivers.
  var left = Int.max
  /// Changes a delivered byte.
  var change: (UInt8) -> UInt8 = { $0 }
  var blocks = 0
}

private struct ScriptedDevice: EntropyDevice {
  static var bitsPerByte: Int { 4 }
  let script: Script

  func start() throws(EntropyDeviceFault) { if !script.isPresent { throw .absent } }

  func take(_ block: inout EntropyBlock) -> Bool {
    block.clear()
    guard script.left > 0 else { return false }
    for _ in 0..<min(64, script.left) {
      block.append(script.change(UInt8(truncatingIfNeeded: script.generator.next())))
    }
    script.left -= block.count
    script.blocks += 1
    return true
  }
}

@Suite struct EntropyServiceTests {
  private typealias Service = EntropyService<ScriptedDevice, LibraryHMAC>

  private func started(_ script: Script, restarts: UInt64 = 0) -> Service {
    var service = Service(ScriptedDevice(script: script), restarts: restarts)
    var now = Instant(nanoseconds: 0)
    service.start {
      now += .milliseconds(1)
      return now
    }
    return service
  }

  private func bytes(
    _ service: inout Service, client: UInt8 = 0, at seconds: UInt64 = 1
  ) throws -> [UInt8] {
    let seed = try service.seed(
      client: client, now: Instant(nanoseconds: seconds * 1_000_000_000))
    return seed.indices.map { seed[$0] }
  }

  private func refusal(_ service: inout Service, at seconds: UInt64 = 1) -> EntropyRefusal? {
    do throws(EntropyRefusal) {
      _ = try service.seed(client: 0, now: Instant(nanoseconds: seconds * 1_000_000_000))
      return nil
    } catch {
      return error
    }
  }

  @Test func isReadyAfterTheStart() throws {
    let script = Script()
    var service = started(script)
    #expect(service.phase == .ready)
    // 1024 bytes for the start-up test, then 96 for the DRBG, in blocks of 64.
    #expect(script.blocks == 16 + 2)
    #expect(try bytes(&service).count == 32)
  }

  /// No two requests get the same bytes, of one client or of two; nor do they share any eight bytes.
  @Test func nobodyGetsAnothersBytes() throws {
    var service = started(Script())
    var seen: Set<[UInt8]> = []
    for round in 0..<2000 as Range<UInt64> {
      let seed = try bytes(&service, client: UInt8(round % 62), at: 1 + round / 100)
      for start in stride(from: 0, to: 32, by: 8) {
        #expect(seen.insert(Array(seed[start..<start + 8])).inserted)
      }
    }
  }

  /// The same bytes from the generator, at another time, after another number of restarts, or for another client, give other
  /// seeds; only the same run gives the same.
  @Test func replays() throws {
    func first(client: UInt8 = 1, at seconds: UInt64 = 1, restarts: UInt64 = 0) throws -> [UInt8] {
      var service = started(Script(), restarts: restarts)
      return try bytes(&service, client: client, at: seconds)
    }
    let seeds = try [
      first(), first(client: 2), first(at: 2), first(restarts: 1), first(client: 2, at: 2),
    ]
    #expect(Set(seeds).count == seeds.count)
    #expect(try first() == first())
  }

  @Test func withoutDevice() {
    let script = Script()
    script.isPresent = false
    var service = started(script)
    #expect(service.phase == .absent)
    #expect(refusal(&service) == .noDevice)
    #expect(script.blocks == 0)
  }

  /// A silent generator does not hold up the start, and the service is ready once it delivers.
  @Test func slowDevice() {
    let script = Script()
    script.left = 100
    var service = started(script)
    #expect(refusal(&service) == .notReady)
    script.left = .max
    // 988 bytes of the test and 96 of the seed: four blocks for each request.
    var refusals = 0
    while refusal(&service) == .notReady, refusals < 100 { refusals += 1 }
    #expect(service.phase == .ready && 3...5 ~= refusals)
  }

  @Test(arguments: ["stuck", "biased", "repeating"]) func badGenerator(kind: String) {
    let script = Script()
    var count = 0
    switch kind {
    case "stuck": script.change = { _ in 0x42 }
    case "biased": script.change = { $0 < 200 ? 0 : $0 }
    default:
      script.change = { _ in
        count += 1
        return UInt8(count % 7)
      }
    }
    var service = started(script)
    #expect(service.phase == .failed)
    let blocks = script.blocks
    for second in 0..<100 as Range<UInt64> { #expect(refusal(&service, at: second) == .unhealthy) }
    // Given up: nothing is taken from it any more.
    #expect(script.blocks == blocks)
    script.change = { $0 }
    #expect(refusal(&service, at: 1000) == .unhealthy)
  }

  /// A generator that fails later: the service refuses, tests it again, and gives seeds again once it has passed.
  @Test func failsLater() throws {
    let script = Script()
    var service = started(script)
    let before = try bytes(&service)
    script.change = { _ in 0 }
    #expect(refusal(&service, at: 10) == .notReady)
    #expect(service.lastFailure == .repetition)
    script.change = { $0 }
    var refusals = 0
    while refusal(&service, at: 10) == .notReady, refusals < 100 { refusals += 1 }
    #expect(refusals == 4)
    #expect(try bytes(&service, at: 10) != before)
    // The third failure is the last one.
    script.change = { _ in 0 }
    #expect(refusal(&service, at: 20) == .notReady || refusal(&service, at: 21) == .unhealthy)
    #expect(refusal(&service, at: 30) == .unhealthy)
  }

  /// Requests do not drive the generator: however many there are, it is asked once in a second.
  @Test func reseeds() throws {
    let script = Script()
    var service = started(script)
    let blocks = script.blocks
    for _ in 0..<1000 { _ = try bytes(&service, at: 5) }
    // 64 bytes of four bits are the 256 bits of a reseed.
    #expect(script.blocks == blocks + 1)
    for _ in 0..<1000 { _ = try bytes(&service, at: 7) }
    #expect(script.blocks == blocks + 2)
  }

  /// Bytes of a reseed change what follows.
  @Test func reseedMatters() throws {
    let (one, other) = (Script(), Script())
    var first = started(one)
    var second = started(other)
    #expect(try bytes(&first, at: 1) == bytes(&second, at: 1))
    other.generator = SeededGenerator(seed: 99)
    #expect(try bytes(&first, at: 5) != bytes(&second, at: 5))
  }

  /// A generator that falls silent: after so many requests without fresh entropy, the service refuses.
  @Test func silentGenerator() throws {
    let script = Script()
    var service = Service(ScriptedDevice(script: script), restarts: 0, requestLimit: 100)
    var now = Instant(nanoseconds: 0)
    service.start {
      now += .milliseconds(1)
      return now
    }
    script.left = 0
    for second in 0..<100 as Range<UInt64> { _ = try bytes(&service, at: second) }
    for second in 100..<200 as Range<UInt64> { #expect(refusal(&service, at: second) == .stale) }
    script.left = .max
    #expect(try bytes(&service, at: 200).count == 32)
  }
}
