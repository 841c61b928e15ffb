// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Bytes
import NetworkStack
import Wire

/// Address of the NFS server, parsed from the record: `ADDRESS`, `ADDRESS:PORT` if NFS and MOUNT share a port, or
/// `ADDRESS:NFSPORT:MOUNTPORT`. `ADDRESS` is dotted decimal or a DNS name. Without ports, the port mapper is asked.
struct ServerName {
  enum Host {
    case address(IPv4Address)
    case name(DNSName)
  }

  let host: Host
  var filesPort: UInt16?
  var mountPort: UInt16?

  /// Nil if `server` has another form.
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
