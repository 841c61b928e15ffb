// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Boards
import DeviceTree
import Records
import SystemModel

/// A system that `serval generate NAME` can lay out.
public protocol SystemTemplate: Sendable {
  /// What users call it, in lower case.
  static var name: String { get }
  /// One line for help texts.
  static var summary: String { get }
  /// What users can choose, besides the MAC addresses of network clients.
  static var options: [SystemOption] { get }
  /// Adds the system's domains and connects them.
  ///
  /// - Throws: `SubsystemError`, `BoardError` or `DeviceTreeError`.
  static func build(in system: inout SystemBuilder, _ choices: SystemChoices) throws
}

/// Something that users can choose.
public struct SystemOption: Hashable, Sendable {
  /// As in `--set name=value`: lower case with hyphens.
  public var name: String
  /// Environment variable to read if the option is not given.
  public var variable: String?
  /// What it is for, as a noun phrase.
  public var purpose: String
  /// Nil if users must choose.
  public var defaultValue: String?

  /// Creates an option; without a default, users must choose.
  public init(_ name: String, variable: String? = nil, purpose: String, default: String? = nil) {
    self.name = name
    self.variable = variable
    self.purpose = purpose
    defaultValue = `default`
  }
}

/// The user's choices for a system.
public struct SystemChoices: Sendable {
  private let options: [SystemOption]
  private let values: [String: String]
  private let macAddresses: [String: String]
  private let environment: [String: String]
  /// Certificates and keys, for systems with HTTPS.
  let credentials: [ServerCredential]

  /// Checks that the system has each of the chosen options.
  ///
  /// - Parameters:
  ///   - values: by option name.
  ///   - macAddresses: text by client name.
  ///   - environment: by variable name.
  ///   - credentials: for HTTPS.
  /// - Throws: `SubsystemError.unknownOption`.
  public init(
    for template: any SystemTemplate.Type, values: [String: String] = [:],
    macAddresses: [String: String] = [:], environment: [String: String] = [:],
    credentials: [ServerCredential] = []
  ) throws(SubsystemError) {
    options = template.options
    let known = options.map(\.name)
    for name in values.keys.sorted() where !known.contains(name) {
      throw .unknownOption(name: name, known: known)
    }
    self.values = values
    self.macAddresses = macAddresses
    self.environment = environment
    self.credentials = credentials
  }

  /// The value of an option: as given, or else from the environment, or else the default.
  ///
  /// - Throws: `missingOption` if there is none, `unknownOption` if the system has no such option.
  public func value(_ name: String) throws(SubsystemError) -> String {
    guard let option = options.first(where: { $0.name == name }) else {
      throw .unknownOption(name: name, known: options.map(\.name))
    }
    if let value = values[name] { return value }
    if let variable = option.variable, let value = environment[variable], !value.isEmpty {
      return value
    }
    guard let value = option.defaultValue else {
      throw .missingOption(name: name, variable: option.variable, purpose: option.purpose)
    }
    return value
  }

  /// The value of an option that is `yes` or `no`.
  ///
  /// - Throws: also `invalidOption`.
  public func flag(_ name: String) throws(SubsystemError) -> Bool {
    switch try value(name) {
    case "yes", "true", "1": return true
    case "no", "false", "0": return false
    case let other: throw .invalidOption(name: name, value: other, expected: "yes or no")
    }
  }

  /// The value of an option that is a TCP port, 1 to 65535.
  ///
  /// - Throws: also `invalidOption`.
  public func port(_ name: String) throws(SubsystemError) -> UInt16 {
    let text = try value(name)
    guard let port = UInt16(text), port != 0 else {
      throw .invalidOption(name: name, value: text, expected: "a port from 1 to 65535")
    }
    return port
  }

  /// MAC addresses by client: the chosen ones, and `defaults` for the rest.
  ///
  /// - Throws: `malformedMAC`, or `unknownMACClient` for a client that is not in `defaults`.
  public func macAddresses(
    default defaults: [String: MACAddress]
  ) throws(SubsystemError) -> [String: MACAddress] {
    var result = defaults
    for (client, text) in macAddresses.sorted(by: { $0.key < $1.key }) {
      guard defaults[client] != nil else {
        throw .unknownMACClient(client, clients: defaults.keys.sorted())
      }
      guard let mac = MACAddress(text) else { throw .malformedMAC(client: client, text: text) }
      result[client] = mac
    }
    return result
  }
}

extension SystemTemplate {
  /// Lays the system out for a board and its device tree.
  ///
  /// - Throws: what `build` throws.
  public static func layout(
    board: Board, tree: DeviceTree, drivers: [DriverDescription] = DriverDescription.builtIn,
    _ choices: SystemChoices
  ) throws -> SystemLayout {
    var system = SystemBuilder(board: board, tree: tree, drivers: drivers)
    try build(in: &system, choices)
    return system.layout()
  }
}
