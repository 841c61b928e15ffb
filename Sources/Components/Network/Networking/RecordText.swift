// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records

extension RecordView {
  /// A text of a record, up to its first NUL.
  public func bytes(of text: TextField<Layout>) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in 0..<length(of: text) { bytes.append(byte(index, of: text)) }
    return bytes
  }
}
