// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

#if hasFeature(Embedded)
  import CCryptography

  /// Where a protection domain's randomness comes from.
  public enum EntropySource {
    // Safety: a protection domain has only one thread.
    nonisolated(unsafe) private static var source: ((inout MutableSpan<UInt8>) -> Bool)?

    /// Sets the source, before anything asks for randomness.
    ///
    /// - Parameter source: fills all bytes, at most 256 at a time, or returns false; then the program stops. It is asked
    ///   before each use of the generator, and its bytes must be as hard to guess as a key.
    public static func use(_ source: @escaping (inout MutableSpan<UInt8>) -> Bool) {
      unsafe Self.source = source
      unsafe ccryptography_set_entropy { bytes, count in
        guard let bytes = unsafe bytes, let source = unsafe EntropySource.source else { return -1 }
        // Safety: BoringSSL's buffer has `count` bytes.
        var span = unsafe MutableSpan(_unsafeStart: bytes, count: count)
        return source(&span) ? 0 : -1
      }
    }
  }

  /// Instructions that a processor has besides those of ARMv8.0. No program can ask the processor: seL4 lets none read its
  /// identification registers. Without `use`, none is taken for granted, so that each algorithm runs on every core.
  public struct ProcessorFeatures: OptionSet, Sendable {
    /// A bit for each, which BoringSSL has numbered.
    public let rawValue: UInt32
    /// The features of these bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// AES, and the multiplication for its GCM mode (`FEAT_AES`, `FEAT_PMULL`).
    public static let aes = ProcessorFeatures(
      rawValue: UInt32(CCRYPTOGRAPHY_HAS_AES | CCRYPTOGRAPHY_HAS_PMULL))
    /// SHA-256 (`FEAT_SHA256`).
    public static let sha256 = ProcessorFeatures(
      rawValue: UInt32(CCRYPTOGRAPHY_HAS_SHA256))
    /// The Cryptographic Extension, which most processors have: those of QEMU's virt board and of the Odroid-C4, but not
    /// that of a Raspberry Pi 4. On a processor without it, the first use faults.
    public static let cryptographicExtension: ProcessorFeatures = [.aes, .sha256]

    /// Uses them from now on, and no others; for keys that are made from now on.
    public func use() { ccryptography_set_features(rawValue) }
  }
#endif
