// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

/// Sizes and identity of a stack. All memory is allocated when the stack is created: roughly
/// `bufferByteCount`, `reassemblySlots * reassemblyByteCount` and 1.1 KB per connection.
public struct StackConfiguration: BitwiseCopyable, Sendable {
  /// The station's own address.
  public var hardware: MACAddress
  /// Sent to DHCP servers (option 12).
  public var hostName = HostName()
  /// 128 bits that are unpredictable from outside and differ at each start. Sequence numbers, ports
  /// and identifiers are derived from them and from what is stirred in later.
  public var secret: (UInt64, UInt64)
  /// Random keys, in place of those from `secret`; nil without a generator of random numbers.
  public var secrets: StackSecrets?
  /// The MTU: the largest IP packet in bytes, 576...1500.
  public var mtu = 1500
  /// Connections in any state, including TIME-WAIT; at most 30000.
  public var connectionLimit = 128
  /// How many of these may be half open; one more evicts the oldest. This bounds a SYN flood.
  public var halfOpenLimit = 32
  /// Listeners.
  public var listenerLimit = 8
  /// UDP sockets.
  public var datagramSocketLimit = 8
  /// Concurrent DNS look-ups.
  public var lookupLimit = 4
  /// Memory for all sockets' buffers, in bytes.
  public var bufferByteCount = 1 << 20
  /// Fragmented packets that can be reassembled concurrently.
  public var reassemblySlots = 4
  /// The largest payload of a fragmented packet, in bytes.
  public var reassemblyByteCount = 8192
  /// Whether pings are answered.
  public var answersEcho = true

  /// The default sizes.
  public init(hardware: MACAddress, secret: (UInt64, UInt64)) {
    self.hardware = hardware
    self.secret = secret
  }
}
