// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Bytes
import NetworkStack
import Wire

/// Where the NFS server is, as the record says it: `ADDRESS`, `ADDRESS:PORT` where NFS and MOUNT are on one
/// port, or `ADDRESS:NFSPORT:MOUNTPORT`; without ports the server's port mapper is asked. The address is in
/// dotted decimal, or a name.
struct ServerName {
  enum Host {
    case address(IPv4Address)
    case name(DNSName)
  }

  let host: Host
  var filesPort: UInt16?
  var mountPort: UInt16?

  /// Nil for anything else.
  init?(_ server: [UInt8]) {
    var parts: [[UInt8]] = [[]]
    for byte in server {
      if byte == 0x3a { parts.append([]) } else { parts[parts.count - 1].append(byte) }
    }
    guard parts.count <= 3 else { return nil }
    let first = parts[0]
    let text = first.span
    if let address = ServerName.address(first) {
      host = .address(address)
    } else if let name = text.withRawBytes({ DNSName(text: $0) }) {
      host = .name(name)
    } else {
      return nil
    }
    for part in parts.dropFirst() {
      guard let number = ASCII.decimal(part.span), let port = UInt16(exactly: number), port > 0
      else { return nil }
      if filesPort == nil { filesPort = port }
      mountPort = port
    }
  }

  private static func address(_ text: [UInt8]) -> IPv4Address? {
    var value: UInt32 = 0
    var count = 0
    var digits: [UInt8] = []
    for byte in text + [0x2e] {
      if byte != 0x2e {
        digits.append(byte)
        continue
      }
      guard digits.count <= 3, let octet = ASCII.decimal(digits.span), octet < 256 else {
        return nil
      }
      value = value << 8 | UInt32(octet)
      count += 1
      digits = []
    }
    guard count == 4, IPv4Address(value).isHost else { return nil }
    return IPv4Address(value)
  }
}
