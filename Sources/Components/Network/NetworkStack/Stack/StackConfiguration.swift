// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

/// Sizes and identity of a stack. All memory is taken when it is made; its bytes are roughly
/// `bufferByteCount`, `reassemblySlots * reassemblyByteCount` and 1.1 KB for each connection.
public struct StackConfiguration: BitwiseCopyable, Sendable {
  public var hardware: MACAddress
  /// Told to DHCP servers.
  public var hostName = HostName()
  /// 128 bits that nobody outside can guess and that differ from start to start: with what is stirred in later,
  /// sequence numbers, ports and identifiers come from them.
  public var secret: (UInt64, UInt64)
  /// The largest IP packet in bytes, 576...1500.
  public var mtu = 1500
  /// Connections in any state, TIME-WAIT included; 30000 at most.
  public var connectionLimit = 128
  /// Of these, how many may be half open. One more, and the oldest goes: the bound on a SYN flood.
  public var halfOpenLimit = 32
  public var listenerLimit = 8
  public var datagramSocketLimit = 8
  public var lookupLimit = 4
  /// The budget of all sockets' buffers.
  public var bufferByteCount = 1 << 20
  /// Fragmented packets that can be put together at once, and the largest payload of one.
  public var reassemblySlots = 4
  public var reassemblyByteCount = 8192
  /// Pings that get an answer.
  public var answersEcho = true

  public init(hardware: MACAddress, secret: (UInt64, UInt64)) {
    self.hardware = hardware
    self.secret = secret
  }
}
