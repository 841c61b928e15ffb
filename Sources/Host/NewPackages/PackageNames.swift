// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The names in a new package, which follow from its own.
public struct PackageNames: Equatable, Sendable {
  /// The package, its program and its protection domain: `my-site`.
  public let package: String
  /// The module that the compiler makes of it: `my_site`.
  public let module: String
  /// A type's name: `MySite`.
  public let type: String

  /// Nil unless the name is 1 to 40 ASCII letters, digits, '-' or '_', begins with a letter, and is not the name of one of
  /// Swift's or Serval's modules.
  public init?(_ name: String, reserved: Set<String> = PackageNames.reserved) {
    let isPlain = name.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard isPlain, name.utf8.count <= 40, name.first?.isLetter == true else { return nil }
    package = name
    module = String(name.map { $0 == "-" ? "_" : $0 })
    type = name.split { $0 == "-" || $0 == "_" }
      .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    // A module and its type may not have the same name, or the type hides the module.
    guard !reserved.contains(module.lowercased()) else { return nil }
  }

  /// Modules that a program imports, and names of the other protection domains, in lower case.
  public static let reserved: Set<String> = [
    "swift", "testing", "foundation", "glibc", "web", "http", "sessions", "serving", "webserving",
    "webtesting", "microkit", "records", "serval", "streams", "time", "bytes", "idle",
    "timer_driver", "serial_driver", "ethernet_driver", "serial_virt_tx", "serial_virt_rx",
    "net_virt_rx", "net_virt_tx",
  ]
}
