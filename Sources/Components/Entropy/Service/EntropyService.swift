// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import EntropyProtocol
import Time

/// The `entropy` service: the raw bytes of a generator, after tests, feed a DRBG, and clients get what the DRBG generates,
/// each its own bytes. It refuses rather than gives weak ones.
///
/// No request waits for the generator, so that each takes a bounded time. Only the start does.
public struct EntropyService<Device: EntropyDevice & ~Copyable, HMAC: HMACSHA256>: ~Copyable {
  /// What the service is doing.
  public enum Phase: Equatable, Sendable {
    /// The start-up test: so many more bytes must pass, and are discarded.
    case testing(Int)
    /// Gathers entropy for the DRBG.
    case seeding
    /// Gives seeds.
    case ready
    /// There is no generator.
    case absent
    /// The generator has failed too often.
    case failed
  }

  /// Failures of the health tests after which the service gives up.
  public static var failureLimit: Int { 3 }
  /// The DRBG gets fresh entropy at most once in this time, so that requests cannot keep the generator busy.
  public static var reseedInterval: Interval { .seconds(1) }
  /// Blocks that one request takes from the generator at most.
  private static var blocksPerRequest: Int { 4 }
  /// How long the start may wait for the generator: a busy host takes its time for each of virtio's buffers.
  private static var startLimit: Interval { .seconds(5) }

  private var device: Device
  private var tests = HealthTests(bitsPerByte: Device.bitsPerByte)
  private var block = EntropyBlock()
  private var material = SeedMaterial()
  private var generator: HMACDRBG<HMAC>?
  private var failures = 0
  private var requests: UInt64 = 0
  private var requestsSinceReseed: UInt64 = 0
  private var reseedAt = Instant(nanoseconds: 0)
  private let restarts: UInt64
  private let requestLimit: UInt64

  /// The current phase.
  public private(set) var phase = Phase.absent
  /// The test that failed last.
  public private(set) var lastFailure: HealthTests.Failure?

  /// A service that has not started.
  ///
  /// - Parameters:
  ///   - restarts: how often the protection domain was restarted.
  ///   - requestLimit: requests without fresh entropy after which the service refuses. HMAC_DRBG's own limit is 2^48.
  public init(_ device: consuming Device, restarts: UInt64, requestLimit: UInt64 = 1 << 20) {
    self.device = device
    self.restarts = restarts
    self.requestLimit = requestLimit
  }

  /// Starts the generator, and waits until it is tested and the DRBG has its entropy, but not longer than five seconds.
  public mutating func start(clock: () -> Instant) {
    do throws(EntropyDeviceFault) {
      try device.start()
    } catch {
      return
    }
    beginTesting()
    let deadline = clock() + Self.startLimit
    while phase != .ready, phase != .failed {
      let now = clock()
      if deadline < now { return }
      work(now)
    }
  }

  /// A client's request: 256 bits, or the reason why there are none.
  ///
  /// - Parameter client: the client's channel.
  public mutating func seed(client: UInt8, now: Instant) throws(EntropyRefusal) -> DRBGBlock {
    work(now)
    switch phase {
    case .absent: throw .noDevice
    case .failed: throw .unhealthy
    case .testing, .seeding: throw .notReady
    case .ready: break
    }
    guard requestsSinceReseed < requestLimit else { throw .stale }
    requestsSinceReseed &+= 1
    requests &+= 1
    // Client, number and time need not be secret. They make each request's input another one, also in a system that
    // was set back to an earlier state.
    let additional = context(UInt64(client), requests, now.nanoseconds)
    var seed = DRBGBlock(repeating: 0)
    generator?.generate(additional: additional.span) { seed = $0 }
    return seed
  }

  // MARK: The generator's bytes

  /// Whether the DRBG has no entropy yet, or not had any for `reseedInterval`.
  private func wantsBytes(_ now: Instant) -> Bool {
    switch phase {
    case .testing, .seeding: true
    case .ready: !(now < reseedAt)
    case .absent, .failed: false
    }
  }

  /// Takes some blocks if the DRBG needs them, without waiting.
  private mutating func work(_ now: Instant) {
    for _ in 0..<Self.blocksPerRequest {
      guard wantsBytes(now), device.take(&block) else { break }
      do throws(HealthTests.Failure) {
        try tests.check(block)
        accept(now)
      } catch {
        // The rest of the test is for later requests, so that no single one uses up all failures.
        fail(error)
        break
      }
    }
    block.clear()
  }

  private mutating func accept(_ now: Instant) {
    switch phase {
    case .testing(let rest):
      phase = rest > block.count ? .testing(rest &- block.count) : .seeding
    case .seeding: gather(bits: 384, now)
    case .ready: gather(bits: 256, now)
    case .absent, .failed: break
    }
  }

  /// Adds the block to the material. Once that holds `bits` bits of entropy, the DRBG gets it.
  private mutating func gather(bits: Int, _ now: Instant) {
    material.append(block)
    guard material.count &* min(max(Device.bitsPerByte, 1), 8) >= bits else { return }
    let context = context(restarts, requests, now.nanoseconds)
    var next = generator
    material.consume { entropy in
      if next == nil {
        next = HMACDRBG(seed: entropy, personalization: context.span)
      } else {
        next?.reseed(entropy, additional: context.span)
      }
    }
    generator = next
    phase = .ready
    requestsSinceReseed = 0
    reseedAt = now + Self.reseedInterval
  }

  /// Discards the bytes since the last reseed, and tests the generator again.
  private mutating func fail(_ failure: HealthTests.Failure) {
    lastFailure = failure
    failures &+= 1
    beginTesting()
    if failures >= Self.failureLimit { phase = .failed }
  }

  private mutating func beginTesting() {
    tests = HealthTests(bitsPerByte: Device.bitsPerByte)
    material.clear()
    phase = .testing(HealthCutoffs.startUp)
  }
}

/// Three numbers as bytes, the lowest first.
private func context(_ first: UInt64, _ second: UInt64, _ third: UInt64) -> InlineArray<24, UInt8> {
  var bytes = InlineArray<24, UInt8>(repeating: 0)
  for index in 0..<8 {
    let shift = UInt64(8 &* index)
    bytes[index] = UInt8(truncatingIfNeeded: first &>> shift)
    bytes[8 &+ index] = UInt8(truncatingIfNeeded: second &>> shift)
    bytes[16 &+ index] = UInt8(truncatingIfNeeded: third &>> shift)
  }
  return bytes
}
