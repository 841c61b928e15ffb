// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// `nfsstat3` (RFC 1813 section 2.6). Numbers that are not listed there are kept as they are.
public struct NFSStatus: RawRepresentable, Equatable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var ok: NFSStatus { NFSStatus(rawValue: 0) }
  public static var notOwner: NFSStatus { NFSStatus(rawValue: 1) }
  public static var noEntry: NFSStatus { NFSStatus(rawValue: 2) }
  public static var inputOutput: NFSStatus { NFSStatus(rawValue: 5) }
  public static var noDevice: NFSStatus { NFSStatus(rawValue: 6) }
  public static var accessDenied: NFSStatus { NFSStatus(rawValue: 13) }
  public static var exists: NFSStatus { NFSStatus(rawValue: 17) }
  public static var crossDevice: NFSStatus { NFSStatus(rawValue: 18) }
  public static var notDirectory: NFSStatus { NFSStatus(rawValue: 20) }
  public static var isDirectory: NFSStatus { NFSStatus(rawValue: 21) }
  public static var invalid: NFSStatus { NFSStatus(rawValue: 22) }
  public static var fileTooBig: NFSStatus { NFSStatus(rawValue: 27) }
  public static var noSpace: NFSStatus { NFSStatus(rawValue: 28) }
  public static var readOnly: NFSStatus { NFSStatus(rawValue: 30) }
  public static var nameTooLong: NFSStatus { NFSStatus(rawValue: 63) }
  public static var notEmpty: NFSStatus { NFSStatus(rawValue: 66) }
  public static var quota: NFSStatus { NFSStatus(rawValue: 69) }
  public static var stale: NFSStatus { NFSStatus(rawValue: 70) }
  public static var remote: NFSStatus { NFSStatus(rawValue: 71) }
  public static var badHandle: NFSStatus { NFSStatus(rawValue: 10001) }
  public static var notSynchronised: NFSStatus { NFSStatus(rawValue: 10002) }
  public static var badCookie: NFSStatus { NFSStatus(rawValue: 10003) }
  public static var notSupported: NFSStatus { NFSStatus(rawValue: 10004) }
  public static var tooSmall: NFSStatus { NFSStatus(rawValue: 10005) }
  public static var serverFault: NFSStatus { NFSStatus(rawValue: 10006) }
  public static var badType: NFSStatus { NFSStatus(rawValue: 10007) }
  /// Try again later: the server is fetching the file.
  public static var jukebox: NFSStatus { NFSStatus(rawValue: 10008) }
}
