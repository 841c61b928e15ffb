// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import HostIO

extension DeviceTreeError: DiagnosableError {
  /// One finding `device-tree-…`; one per message where `dtc` rejects the source.
  public var findings: [Finding] {
    if case .compilerFailed(let messages) = problem { return messages.map(finding) }
    let (rule, message, fix) = words
    return [Finding(rule: "device-tree-\(rule)", at: .file(file, detail: node), message, fix: fix)]
  }

  private func finding(_ message: CompilerMessage) -> Finding {
    Finding(
      rule: "device-tree-source", at: message.location.map(Place.source) ?? .file(file),
      "dtc: \(message.text)",
      fix: message.text == "syntax error"
        ? "correct it, or run the C preprocessor first if it uses #include or #define" : nil)
  }

  private var words: (rule: String, message: String, fix: String?) {
    switch problem {
    case .unreadable(let errno):
      ("file", "cannot be read: \(systemText(errno))", nil)
    case .compilerMissing:
      (
        "compiler", "dtc, which compiles device tree source, is not installed",
        "install device-tree-compiler, or give a .dtb file"
      )
    case .compilerUnusable(let errno):
      ("compiler", "dtc cannot be run: \(systemText(errno))", nil)
    case .compilerFailed:
      ("source", "dtc rejects it", nil)
    case .malformed(let status):
      (
        "blob", "not a valid device tree blob (\(libfdtErrorName(status)))",
        "give a .dtb file written by dtc, or source whose name ends in .dts"
      )
    case .unsupportedVersion(let version):
      (
        "blob", "version \(version) of the blob format is not supported",
        "write version 17: dtc -V 17"
      )
    case .exceeds(let bound, let limit):
      ("size", "more than \(limit) \(bound.words)", nil)
    case .noSuchNode(let path, let nearest):
      ("node", "no node '\(path)'", nearest.map { "did you mean '\($0)'?" })
    case .noSuchPhandle(let phandle, let property):
      ("phandle", "\(property) refers to phandle \(phandle), which no node has", nil)
    case .badLength(let property, let byteCount, let unit):
      unit == 0
        ? (
          "cells", "the entries of \(property) have no cells",
          "set #address-cells or #size-cells above it"
        )
        : (
          "cells", "\(property) is \(byteCount) bytes long, which is not a multiple of \(unit)",
          "compare it with the cell counts that apply to it"
        )
    case .badCellCount(let property, let value, let maximum):
      ("cells", "\(property) is \(value)", "use 1 to \(maximum)")
    case .noRegister(let index, let count):
      ("registers", "has no register range \(index): reg has \(count)", nil)
    case .notMemoryMapped(_, let bus):
      ("ranges", "is addressed on '\(bus)', not in memory", "name the device of the bus instead")
    case .configurationSpace(let bus):
      ("ranges", "is addressed in the configuration space of '\(bus)'", "name the bus instead")
    case .untranslatable(let address, let bus):
      (
        "ranges",
        "address 0x\(String(address, radix: 16)) is not visible to the CPU through '\(bus)'",
        "give '\(bus)' a ranges property that covers it"
      )
    case .addressTooLarge(let property):
      ("ranges", "\(property) reaches beyond 64-bit addresses", nil)
    case .noInterrupt(let index, let count):
      ("interrupts", "has no interrupt \(index): it has \(count)", nil)
    case .noTrigger, .noInterruptParent, .interruptLoop, .noInterruptCells, .badInterrupt,
      .multiplexed,
      .messagesOnly, .unusedInterrupt, .notInMap, .mapCutShort, .notPassedOn:
      interruptWords
    }
  }
}

extension DeviceTreeError.Bound {
  fileprivate var words: String {
    switch self {
    case .blobBytes: "bytes"
    case .nodes: "nodes"
    case .depth: "levels of nodes"
    case .nameBytes: "bytes in a name"
    case .pathBytes: "bytes in all paths together"
    case .cells: "cells in one property"
    }
  }
}
