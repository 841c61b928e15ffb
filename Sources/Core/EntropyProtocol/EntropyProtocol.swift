// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The calls of an `entropy` service. A client makes them on its channel, whose number its record has.
public enum EntropyCall {
  /// Asks for 256 bits. The reply has the label `granted` and four words, or the label `refused` and a reason.
  public static var seed: UInt64 { 0 }
  /// Words of a seed.
  public static var wordCount: Int { 4 }
  /// Label of a reply with a seed.
  public static var granted: UInt64 { 0 }
  /// Label of a reply with an `EntropyRefusal` in its only word.
  public static var refused: UInt64 { 1 }
}

/// Why there are no random numbers. A client decides what to do without them.
public enum EntropyRefusal: UInt64, Error, Sendable {
  /// The system has no service, or the service found no generator to drive.
  case noDevice = 1
  /// The generator failed its health tests several times. Only a restart of the system tries again.
  case unhealthy = 2
  /// The generator is being tested. Ask again later.
  case notReady = 3
  /// The generator has delivered nothing for too many requests.
  case stale = 4
}
