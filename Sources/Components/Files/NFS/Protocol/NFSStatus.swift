// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// `nfsstat3` (RFC 1813 section 2.6). Undefined numbers are kept as they are.
public struct NFSStatus: RawRepresentable, Equatable, Sendable {
  /// The number in the protocol.
  public let rawValue: UInt32
  /// The status with this number, defined or not.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// NFS3_OK.
  public static var ok: NFSStatus { NFSStatus(rawValue: 0) }
  /// NFS3ERR_PERM: the caller is not the owner.
  public static var notOwner: NFSStatus { NFSStatus(rawValue: 1) }
  /// NFS3ERR_NOENT.
  public static var noEntry: NFSStatus { NFSStatus(rawValue: 2) }
  /// NFS3ERR_IO.
  public static var inputOutput: NFSStatus { NFSStatus(rawValue: 5) }
  /// NFS3ERR_NXIO.
  public static var noDevice: NFSStatus { NFSStatus(rawValue: 6) }
  /// NFS3ERR_ACCES.
  public static var accessDenied: NFSStatus { NFSStatus(rawValue: 13) }
  /// NFS3ERR_EXIST.
  public static var exists: NFSStatus { NFSStatus(rawValue: 17) }
  /// NFS3ERR_XDEV: a rename or link between file systems.
  public static var crossDevice: NFSStatus { NFSStatus(rawValue: 18) }
  /// NFS3ERR_NOTDIR.
  public static var notDirectory: NFSStatus { NFSStatus(rawValue: 20) }
  /// NFS3ERR_ISDIR.
  public static var isDirectory: NFSStatus { NFSStatus(rawValue: 21) }
  /// NFS3ERR_INVAL.
  public static var invalid: NFSStatus { NFSStatus(rawValue: 22) }
  /// NFS3ERR_FBIG.
  public static var fileTooBig: NFSStatus { NFSStatus(rawValue: 27) }
  /// NFS3ERR_NOSPC.
  public static var noSpace: NFSStatus { NFSStatus(rawValue: 28) }
  /// NFS3ERR_ROFS.
  public static var readOnly: NFSStatus { NFSStatus(rawValue: 30) }
  /// NFS3ERR_NAMETOOLONG.
  public static var nameTooLong: NFSStatus { NFSStatus(rawValue: 63) }
  /// NFS3ERR_NOTEMPTY.
  public static var notEmpty: NFSStatus { NFSStatus(rawValue: 66) }
  /// NFS3ERR_DQUOT.
  public static var quota: NFSStatus { NFSStatus(rawValue: 69) }
  /// NFS3ERR_STALE: the file of the handle no longer exists.
  public static var stale: NFSStatus { NFSStatus(rawValue: 70) }
  /// NFS3ERR_REMOTE: too many levels of remote in the path.
  public static var remote: NFSStatus { NFSStatus(rawValue: 71) }
  /// NFS3ERR_BADHANDLE: the handle is malformed.
  public static var badHandle: NFSStatus { NFSStatus(rawValue: 10001) }
  /// NFS3ERR_NOT_SYNC.
  public static var notSynchronised: NFSStatus { NFSStatus(rawValue: 10002) }
  /// NFS3ERR_BAD_COOKIE.
  public static var badCookie: NFSStatus { NFSStatus(rawValue: 10003) }
  /// NFS3ERR_NOTSUPP.
  public static var notSupported: NFSStatus { NFSStatus(rawValue: 10004) }
  /// NFS3ERR_TOOSMALL: the buffer or request is too small.
  public static var tooSmall: NFSStatus { NFSStatus(rawValue: 10005) }
  /// NFS3ERR_SERVERFAULT.
  public static var serverFault: NFSStatus { NFSStatus(rawValue: 10006) }
  /// NFS3ERR_BADTYPE.
  public static var badType: NFSStatus { NFSStatus(rawValue: 10007) }
  /// NFS3ERR_JUKEBOX: the server is still fetching the file; repeat the call later.
  public static var jukebox: NFSStatus { NFSStatus(rawValue: 10008) }
}
