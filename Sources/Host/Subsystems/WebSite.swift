// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// What a web server serves, where, and how.
public struct WebSite: Hashable, Sendable {
  /// What others may keep without asking.
  public enum Freshness: Hashable, Sendable {
    /// Nothing: each use is asked about, and answered with 304 as long as the file is the same.
    case revalidate
    /// Everything for so many seconds.
    case seconds(UInt32)
    /// As LionsOS's server says: pages, styles and scripts for ten minutes, all else for a year.
    case lionsOS
    /// Nothing may be kept at all.
    case noStore

    static var expected: String {
      "revalidate, lionsos, no-store or a number of seconds up to \(UInt32.max)"
    }

    /// Reads `revalidate`, `lionsos`, `no-store` or seconds; nil for anything else.
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

  /// TCP port.
  public var port: UInt16
  /// Directory inside the file system; at most 4095 bytes.
  public var root: String
  /// A line on the console for each answered request.
  public var hasLog: Bool
  public var freshness = Freshness.revalidate
  /// Seconds that files may be kept for whose names carry a hash of their content; 0: as others.
  public var hashedSeconds: UInt32 = 31_536_000
  /// Whether files and folders are shown whose names begin with a dot.
  public var showsDotFiles = false
  /// Whether symbolic links are followed out of the site's directory.
  public var followsOutsideLinks = false

  public init(port: UInt16 = 80, root: String, hasLog: Bool = true) {
    self.port = port
    self.root = root
    self.hasLog = hasLog
  }

  public func give(
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
  /// An option that says what others may keep.
  public func freshness(_ name: String) throws(SubsystemError) -> WebSite.Freshness {
    let text = try value(name)
    guard let freshness = WebSite.Freshness(text) else {
      throw .invalidOption(name: name, value: text, expected: WebSite.Freshness.expected)
    }
    return freshness
  }

  /// An option that is a time.
  public func seconds(_ name: String) throws(SubsystemError) -> UInt32 {
    let text = try value(name)
    guard let seconds = UInt32(text), text.first?.isNumber == true else {
      throw .invalidOption(
        name: name, value: text, expected: "a number of seconds up to \(UInt32.max)")
    }
    return seconds
  }
}
