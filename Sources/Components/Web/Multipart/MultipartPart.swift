// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// What the headers of a part say. Names are as the client sent them, in any bytes: usually UTF-8, and without the escapes
/// `%22`, `%0D` and `%0A` with which browsers write quotes and line ends in them.
public struct MultipartPart: Equatable, Sendable {
  /// The name of the form's field.
  public var name: [UInt8] = []
  /// The name of the file; nil for a part that is not a file. If the client sent both, it is that of `filename*`, in UTF-8.
  ///
  /// It comes from the client and may be a path, so `safeFilename` is for use as a file's name.
  public var filename: [UInt8]?
  /// Whether `filename` and `filename*` were both there with different names. Programs in front of this one, which check file
  /// names, may have seen the other name.
  public var hasTwoFilenames = false
  /// The Content-Type; nil if there was none, which stands for `text/plain`.
  public var type: [UInt8]?

  /// A part without a name.
  public init() {}

  /// The last component of `filename`, whether slashes or backslashes divide it, in UTF-8 and without
  /// control characters below U+0080. Nil if nothing is left, or only `.` or `..`.
  public var safeFilename: [UInt8]? {
    guard let filename else { return nil }
    var name: [UInt8] = []
    for byte in filename {
      if byte == 0x2f || byte == 0x5c {
        name = []
      } else if byte >= 0x20, byte != 0x7f {
        name.append(byte)
      }
    }
    if name.isEmpty || name == [0x2e] || name == [0x2e, 0x2e] { return nil }
    var repaired: [UInt8] = []
    repaired.append(repairing: name.span)
    return repaired
  }

  /// `name` as text: what is not UTF-8 becomes U+FFFD.
  public var nameText: String { String(decoding: name, as: UTF8.self) }
}
