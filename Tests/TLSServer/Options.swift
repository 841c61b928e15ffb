// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TLS
import Time

/// Applies an option of the command line.
func apply(_ option: String, _ settings: inout TLSSettings, _ port: inout UInt16) {
  let parts = option.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
  let value = parts.count > 1 ? parts[1] : ""
  let numbers = value.split(separator: ",").compactMap { UInt16($0, radix: 16) }
  switch parts.first {
  case "port": port = UInt16(value) ?? 0
  case "suites": settings.suites = numbers.compactMap { CipherSuite(rawValue: $0) }
  case "groups": settings.groups = numbers.compactMap { Group(rawValue: $0) }
  case "hello": settings.helloByteCount = Int(value) ?? settings.helloByteCount
  case "handshake": settings.handshakeByteCount = Int(value) ?? settings.handshakeByteCount
  case "records-for-key": settings.recordsForKey = UInt64(value) ?? settings.recordsForKey
  case "record": settings.recordByteCount = Int(value) ?? settings.recordByteCount
  case "single-use": settings.singleUseTickets = Int(value) ?? 0
  case "tickets": settings.ticketCount = Int(value) ?? settings.ticketCount
  case "handshake-seconds": settings.handshakeTime = .seconds(UInt64(value) ?? 10)
  default: stop("tls-server: no option \(option)")
  }
}
