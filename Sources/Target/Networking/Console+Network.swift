// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Clients
import Microkit
import NetworkStack
import Wire

extension Console {
  /// Starts a line of this program's.
  public mutating func writeName() {
    for index in 0..<ProgramName.count { write(ProgramName.byte(index)) }
    write(": ")
  }

  public mutating func write(_ address: IPv4Address) {
    for octet in 0..<4 {
      if octet > 0 { write(".") }
      write(decimal: UInt64(address.value >> UInt32(24 - 8 * octet) & 0xff))
    }
  }

  /// A line about the address: what it is, and for how long.
  public mutating func reportAddress(_ network: borrowing Network) {
    writeName()
    let now = network.now
    let lease = network.stack.lease
    if let network = network.stack.address {
      write("address ")
      write(network.address)
      write("/")
      write(decimal: UInt64(network.prefixLength))
      if let lease {
        write(", router ")
        if let router = lease.router { write(router) } else { write("none") }
        write(", lease ")
        write(decimal: (lease.expiry - now).nanoseconds / 1_000_000_000)
        write(" s")
      }
    } else {
      write("no address any more")
    }
    write("\n")
    flush()
  }
}
