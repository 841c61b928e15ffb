// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import NFS
import ONCRPC
import Time
import XDR

/// The UTF-8 bytes of a text.
public func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }
/// The text of UTF-8 bytes.
public func text(_ bytes: some Collection<UInt8>) -> String {
  String(decoding: bytes, as: UTF8.self)
}

/// The bytes of hexadecimal digits; blanks are ignored.
public func hex(_ digits: String) -> [UInt8] {
  let values = digits.utf8.compactMap { ASCII.hexadecimal($0) }
  return stride(from: 0, to: values.count - 1, by: 2).map { values[$0] << 4 | values[$0 + 1] }
}

/// A file handle with the bytes of `name`, 1 to 64 of them.
public func handle(_ name: String) -> FileHandle {
  guard let handle = FileHandle(bytes(name)) else { fatalError("a test handle of no length") }
  return handle
}

/// A second.
public let second = Interval.seconds(1)
