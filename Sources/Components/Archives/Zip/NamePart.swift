// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// One part of an entry's name: a file or folder.
enum NamePart {
  /// A part of valid UTF-8 made safe; empty if nothing is left.
  static func safe(_ part: Span<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    var index = 0
    while index < part.count {
      let (scalar, byteCount) = Scalars.scalar(part, at: index)
      if Scalars.isForbidden(scalar) {
        bytes.append(0x5f)
      } else if !(bytes.isEmpty && scalar == 0x20) {
        bytes.append(copying: part.extracting(index..<index + byteCount))
      }
      index += byteCount
    }
    trimEnd(&bytes)
    bytes = shortened(bytes, inserting: [])
    trimEnd(&bytes)
    guard isDevice(bytes) else { return bytes }
    return shortened([0x5f] + bytes, inserting: [])
  }

  /// `part` with ` (number)` before its extension.
  static func numbered(_ part: [UInt8], _ number: Int) -> [UInt8] {
    var insertion = [UInt8](" (")
    insertion.append(decimal: UInt64(max(number, 0)))
    insertion.append(0x29)
    return shortened(part, inserting: insertion)
  }

  /// `part` with `insertion` before its extension, cut before that to what a part may have.
  private static func shortened(_ part: [UInt8], inserting insertion: [UInt8]) -> [UInt8] {
    guard part.count + insertion.count > EntryName.partLimit || !insertion.isEmpty else {
      return part
    }
    let stem = part.count - extensionByteCount(part)
    var end = min(stem, EntryName.partLimit - insertion.count - (part.count - stem))
    // No character is cut in two.
    while end > 0, end < stem, part[end] & 0xc0 == 0x80 { end -= 1 }
    return part[..<end] + insertion + part[stem...]
  }

  /// Bytes of the extension and its dot: at most 16, or there is none.
  private static func extensionByteCount(_ part: [UInt8]) -> Int {
    guard let dot = part.lastIndex(of: 0x2e), dot > 0, part.count - dot <= 16 else { return 0 }
    return part.count - dot
  }

  /// Windows ignores dots and blanks at the end.
  private static func trimEnd(_ part: inout [UInt8]) {
    while let last = part.last, last == 0x2e || last == 0x20 { part.removeLast() }
  }

  // MARK: Devices of Windows

  /// Whether Windows takes the name for a device, which it does with any extension.
  private static func isDevice(_ part: [UInt8]) -> Bool {
    var stem = Array(part.prefix { $0 != 0x2e })
    trimEnd(&stem)
    let names: [StaticString] = ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
    if names.contains(where: { $0.equalsIgnoringCase(stem.span) }) { return true }
    let ports: [StaticString] = ["com", "lpt"]
    guard stem.count == 4 || stem.count == 5,
      ports.contains(where: { $0.equalsIgnoringCase(stem.span.extracting(0..<3)) })
    else { return false }
    if stem.count == 4 { return ASCII.isDigit(stem[3]) }
    // The digits ¹, ² and ³.
    return stem[3] == 0xc2 && [0xb9, 0xb2, 0xb3].contains(stem[4])
  }
}
