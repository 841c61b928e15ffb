// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// What a web server serves, and how.
public struct WebSiteSettings: Hashable, Sendable {
  /// What browsers and caches may keep without asking (RFC 9111).
  public enum Freshness: Hashable, Sendable {
    /// Files, but they ask before each use; the answer is 304 while the file is unchanged.
    case revalidate
    /// Everything, for this many seconds.
    case seconds(UInt32)
    /// As LionsOS's server does: pages, styles and scripts for ten minutes, everything else for a
    /// year.
    case lionsOS
    /// Nothing at all.
    case noStore

    static var expected: String {
      "revalidate, lionsos, no-store or a number of seconds up to \(UInt32.max)"
    }

    /// Parses `revalidate`, `lionsos`, `no-store` or a number of seconds; nil for anything else.
    init?(_ text: String) {
      switch text {
      case "revalidate": self = .revalidate
      case "lionsos": self = .lionsOS
      case "no-store": self = .noStore
      default:
        guard let seconds = UInt32(text), text.first?.isNumber == true else { return nil }
        self = .seconds(seconds)
      }
    }

    fileprivate var number: UInt8 {
      switch self {
      case .revalidate: 0
      case .lionsOS: 1
      case .seconds: 2
      case .noStore: 3
      }
    }

    fileprivate var seconds: UInt32 {
      if case .seconds(let seconds) = self { seconds } else { 0 }
    }
  }

  /// TCP port to listen on.
  public var port: UInt16
  /// The site's directory in the file system; at most 4095 bytes.
  public var root: String
  /// Whether the server writes a line to the console for each request it answers.
  public var hasLog: Bool
  /// By default files are fresh only after asking.
  public var freshness = Freshness.revalidate
  /// How many seconds caches may keep files whose names contain a hash of their content; 0 treats
  /// them like others.
  public var hashedSeconds: UInt32 = 31_536_000
  /// Whether the server shows files and folders whose names begin with a dot.
  public var showsDotFiles = false
  /// Whether the server follows symbolic links out of the site's directory.
  public var followsOutsideLinks = false

  /// Creates settings with defaults for caching, dot files and links.
  public init(port: UInt16 = 80, root: String, hasLog: Bool = true) {
    self.port = port
    self.root = root
    self.hasLog = hasLog
  }

  /// Adds the record for a web server.
  ///
  /// - Throws: `textTooLong` or `textNotPlain` for the directory.
  public func addRecord(
    to server: SystemBuilder.PD, in system: inout SystemBuilder
  ) throws(SubsystemError) {
    typealias Config = WebServerConfig
    var record = RecordBytes<Config>()
    record[Config.size] = UInt32(Config.byteCount)
    record[Config.port] = port
    record[Config.isSilent] = hasLog ? 0 : 1
    record[Config.freshness] = freshness.number
    record[Config.maximumAge] = freshness.seconds
    record[Config.hashedMaximumAge] = hashedSeconds
    record[Config.showsDotFiles] = showsDotFiles ? 1 : 0
    record[Config.followsOutsideLinks] = followsOutsideLinks ? 1 : 0
    try record.set(Config.root, to: root, what: "website directory")
    try system.addRecord(record, fileName: "web_server_\(server.name)", to: server)
  }
}

extension SystemChoices {
  /// The value of an option that says what caches may keep.
  ///
  /// - Throws: also `invalidOption`.
  public func freshness(_ name: String) throws(SubsystemError) -> WebSiteSettings.Freshness {
    let text = try value(name)
    guard let freshness = WebSiteSettings.Freshness(text) else {
      throw .invalidOption(name: name, value: text, expected: WebSiteSettings.Freshness.expected)
    }
    return freshness
  }

  /// The value of an option that is a time in seconds.
  ///
  /// - Throws: also `invalidOption`.
  public func seconds(_ name: String) throws(SubsystemError) -> UInt32 {
    let text = try value(name)
    guard let seconds = UInt32(text), text.first?.isNumber == true else {
      throw .invalidOption(
        name: name, value: text, expected: "a number of seconds up to \(UInt32.max)")
    }
    return seconds
  }
}
