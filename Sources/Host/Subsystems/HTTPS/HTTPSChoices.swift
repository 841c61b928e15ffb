// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a user has chosen about HTTPS.
public struct HTTPSChoices: Hashable, Sendable {
  /// What HTTPS adds to the heap of a server: 4 MiB for records and messages, and the connections' keys.
  public static let heap: UInt64 = 12

  /// TCP port with TLS.
  public var port: UInt16
  /// Whether the port without TLS only redirects.
  public var redirects = false
  /// Seconds for which browsers are to use nothing but HTTPS; 0 does not ask them to.
  public var strictTransportSeconds: UInt32 = 0
  /// Whether there is no port without TLS.
  public var isOnly = false
  /// The first one is for clients that name no host, or another one.
  public var credentials: [ServerCredential]

  /// HTTPS beside HTTP.
  public init(port: UInt16 = 443, credentials: [ServerCredential]) {
    self.port = port
    self.credentials = credentials
  }
}

extension SystemOption {
  /// The options of HTTPS, which `SystemChoices.https` reads.
  public static let https = [
    SystemOption(
      "https", purpose: "TCP port of HTTPS, which needs --certificate and --key; none by default",
      default: ""),
    SystemOption(
      "https-redirect",
      purpose: "yes answers on the port without TLS with nothing but redirects to HTTPS",
      default: "no"),
    SystemOption(
      "hsts",
      purpose: "seconds for which browsers use nothing but HTTPS; 0 does not ask them to",
      default: "0"),
  ]
}

extension SystemChoices {
  /// A web server's ports.
  ///
  /// - Parameter plain: the option of the port without TLS, of which `none` closes it. Without a number, the program knows its
  ///   port.
  /// - Returns: the port without TLS, 0 for none, nil where the program knows it; and what is chosen about HTTPS, if it is.
  /// - Throws: `HTTPSError`, and what `port`, `flag` and `seconds` throw.
  public func webPorts(_ plain: String = "port") throws -> (plain: UInt16?, https: HTTPSChoices?) {
    let text = try value(plain)
    let plainPort = text == "none" ? 0 : text.isEmpty ? nil : try port(plain)
    let redirects = try flag("https-redirect")
    let strictSeconds = try seconds("hsts")
    guard try !["", "none"].contains(value("https")) else {
      if plainPort == 0 { throw HTTPSError.withoutHTTPS(option: plain, value: text) }
      if redirects { throw HTTPSError.withoutHTTPS(option: "https-redirect", value: "yes") }
      if strictSeconds > 0 {
        throw HTTPSError.withoutHTTPS(option: "hsts", value: "\(strictSeconds)")
      }
      return (plainPort, nil)
    }
    var https = try HTTPSChoices(port: port("https"), credentials: credentials)
    https.isOnly = plainPort == 0
    https.redirects = redirects
    https.strictTransportSeconds = strictSeconds
    if https.port == plainPort { throw HTTPSError.samePort(https.port, other: plain) }
    if https.isOnly, redirects { throw HTTPSError.nothingToRedirect(plain: plain) }
    if credentials.isEmpty { throw HTTPSError.noCertificate }
    return (plainPort, https)
  }
}
