// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import EntropyProtocol
import Microkit
import NetworkStack
import Records
import SerialWiring
import Time
import Wire

extension Console {
  /// Writes this program's name and a colon, to start a line.
  public mutating func writeName() {
    for index in 0..<ProgramName.count { write(ProgramName.byte(index)) }
    write(": ")
  }

  /// Writes an address in dotted decimal.
  public mutating func write(_ address: IPv4Address) {
    for octet in 0..<4 {
      if octet > 0 { write(".") }
      write(decimal: UInt64(address.value >> UInt32(24 - 8 * octet) & 0xff))
    }
  }

  /// Writes a line about the current address: prefix, router, and the lease's remaining time in seconds.
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
        if lease.expiry == .never {
          write(", lease forever")
        } else {
          write(", lease ")
          write(decimal: (lease.expiry - now).nanoseconds / 1_000_000_000)
          write(" s")
        }
      }
    } else {
      write("no address any more")
    }
    write("\n")
    if let refusal = network.entropyRefusal { reportRefusal(refusal) }
    flush()
  }

  /// Writes a line about an entropy service that gave no random numbers.
  private mutating func reportRefusal(_ refusal: EntropyRefusal) {
    writeName()
    switch refusal {
    case .noDevice: write("the entropy service has no generator")
    case .unhealthy: write("the entropy service's generator failed its tests")
    case .notReady, .stale: write("the entropy service's generator delivers too little")
    }
    write(
      ": an attacker can guess the clock, and from it sequence numbers, ports and identifiers\n")
  }
}

private func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

extension Console {
  /// Writes a line about another station that uses our address. Call it after the stack has decided whether to keep the
  /// address.
  public mutating func reportConflict(with station: MACAddress, _ network: borrowing Network) {
    writeName()
    write("another station, ")
    for octet in 0..<6 {
      if octet > 0 { write(":") }
      let value = UInt8(truncatingIfNeeded: station.value >> UInt64(40 - 8 * octet))
      write(hexDigit(value >> 4))
      write(hexDigit(value & 0xf))
    }
    if let address = network.stack.address?.address {
      write(", uses our address ")
      write(address)
      write(" too: give each an address of its own\n")
    } else {
      write(", uses our address too, and keeps it; asking for another one\n")
    }
    flush()
  }
}
