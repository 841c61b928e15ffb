// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import HostIO
import SystemModel
import Targets
import TestSupport

/// An unpacked SDK with one board and one configuration, made of as few files as possible.
struct FakeSDK {
  let path: String
  let board: String
  let configuration: String

  /// By path below the configuration's directory.
  var files: [String: [UInt8]] = [
    "include/kernel/gen_config.json": Array(FakeSDK.arm.utf8),
    "platform_gen.json": Array(FakeSDK.memory.utf8),
    "elf/sel4.elf": FakeSDK.kernel(at: 0x6000_0000, size: 0x24_2000),
  ]

  static let arm = """
    {"SEL4_ARCH": "aarch64", "ARM_HYPERVISOR_SUPPORT": true, "ARM_PA_SIZE_BITS_40": false,
     "ARM_PA_SIZE_BITS_44": true, "ALLOW_SMC_CALLS": true, "ENABLE_SMP_SUPPORT": true,
     "MAX_NUM_NODES": "4", "VTX": true, "IOMMU": true}
    """
  static let memory = """
    {"devices": [{"start": 0, "end": 134217728}, {"start": 134221824, "end": 1610612736},
                 {"start": 3221225472, "end": 1099511627776}],
     "memory": [{"start": 1610612736, "end": 3221225472}]}
    """

  init(board: String = "my_board", configuration: String = "debug") throws {
    path = try TemporaryDirectory.make()
    self.board = board
    self.configuration = configuration
  }

  /// An ELF64 file with one loaded segment, without its contents.
  static func kernel(at address: UInt64, size: UInt64) -> [UInt8] {
    func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let magic: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    let header =
      magic + bytes(2, 2) + bytes(183, 2) + bytes(1, 4) + bytes(0, 8) + bytes(64, 8) + bytes(0, 8)
      + bytes(0, 4) + bytes(64, 2) + bytes(56, 2) + bytes(1, 2) + bytes(0, 6)
    let segment =
      bytes(1, 4) + bytes(7, 4) + bytes(0, 8) + bytes(0x80_0000_0000 + address, 8)
      + bytes(address, 8) + bytes(0, 8) + bytes(size, 8) + bytes(0x1000, 8)
    return header + segment
  }

  func write() throws {
    for (name, bytes) in files {
      let file = "\(path)/board/\(board)/\(configuration)/\(name)"
      try Files.makeDirectory(String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)]))
      try Files.replace(file, with: bytes)
    }
  }

  func target(_ sdk: SDKVersion = .v2_3_0) throws -> Target {
    try Target.inSDK(at: path, version: sdk, board: board, configuration: configuration)
  }

  func remove() {
    let folder = "\(path)/board/\(board)/\(configuration)"
    for name in files.keys { unlink("\(folder)/\(name)") }
    for name in ["/include/kernel", "/include/sel4", "/include", "/elf", ""] {
      rmdir(folder + name)
    }
    for name in ["/board/\(board)", "/board", ""] { rmdir(path + name) }
  }
}
