// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import EntropyComponents
import EntropyProtocol
import Microkit
import Time
import TimerWiring

/// Runs the program of an `entropy` protection domain, for any generator.
public func runEntropyService<Device: EntropyDevice & ~Copyable>(
  _ device: consuming Device
) -> Never {
  if Processors.haveCryptographicExtension { ProcessorFeatures.sha256.use() }
  run(EntropyServiceProgram<Device, LibraryHMAC>(device))
}

/// The program of an `entropy` protection domain.
struct EntropyServiceProgram<Device: EntropyDevice & ~Copyable, HMAC: HMACSHA256>:
  ProtectionDomain, ~Copyable
{
  private var service: EntropyService<Device, HMAC>
  private let clock = Clock()

  /// Starts the generator. Clients are less urgent, so none calls before the service is ready, or has given up waiting.
  init(_ device: consuming Device) {
    service = EntropyService(device, restarts: restarts)
    let clock = clock
    service.start { clock.now() }
    switch service.phase {
    case .ready: break
    case .absent: debugPrint("entropy: there is no generator, so clients get no random numbers\n")
    case .testing, .seeding: debugPrint("entropy: the generator delivers too little\n")
    case .failed: debugPrint("entropy: the generator failed its health tests\n")
    }
  }

  /// Answers a client's request for a seed.
  mutating func called(on channel: Channel, _ message: Message) -> Message {
    guard message.label == EntropyCall.seed else { return .refused }
    do throws(EntropyRefusal) {
      let seed = try service.seed(client: channel.id, now: clock.now())
      func word(_ index: Int) -> UInt64 {
        var word: UInt64 = 0
        for byte in 0..<8 { word |= UInt64(seed[8 &* index &+ byte]) &<< UInt64(8 &* byte) }
        return word
      }
      return Message(
        label: EntropyCall.granted, count: EntropyCall.wordCount, word(0), word(1), word(2),
        word(3))
    } catch {
      return Message(label: EntropyCall.refused, count: 1, error.rawValue)
    }
  }
}
