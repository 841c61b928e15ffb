// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import Testing

@testable import Boards
@testable import DeviceTree

/// Compares our trees with QEMU's and Linux's.
@Suite struct RealTreeTests {
  /// Debian's linux-image-*-arm64 installs it below /usr/lib.
  static let linuxTree: String? =
    environment("SERVAL_LINUX_DTB")
    ?? firstMatch("/usr/lib/linux-image-*-arm64/amlogic/meson-sm1-odroid-c4.dtb")

  static let hasQEMU = firstInPath("qemu-system-aarch64") != nil

  /// QEMU's tree of the machine that it emulates.
  @Test(.enabled(if: hasQEMU)) func qemusOwnTree() throws {
    let board = Board.qemuVirtAArch64
    let path = "/tmp/serval-virt-\(getpid()).dtb"
    defer { unlink(path) }
    try run([
      "qemu-system-aarch64", "-machine", "virt,virtualization=on,dumpdtb=\(path)",
      "-cpu", "cortex-a53", "-m", "size=2G", "-display", "none",
    ])
    let real = try DeviceTree.load(path)
    #expect(Board.matching(real)?.name == board.name)
    try expectSameDevices(board, real)
    #expect(try real.memory() == board.tree().memory())
    // The same for everything else in our tree: slots, clock, GPIO controller, GIC.
    for device in try board.tree().devices {
      let there = try real.device(at: device.path)
      #expect(there.compatible.contains { device.compatible.contains($0) })
      #expect(there.registers == device.registers(in: there.file))
      #expect(there.lines == device.lines)
    }
  }

  /// Linux's tree of the Odroid-C4.
  @Test(.enabled(if: linuxTree != nil)) func linuxsTree() throws {
    let real = try DeviceTree.load(try #require(Self.linuxTree))
    #expect(Board.matching(real)?.name == "odroidc4")
    try expectSameDevices(.odroidC4, real)
    #expect(real.devices.count > 100)
    for device in try Board.odroidC4.tree().devices {
      let there = try real.device(at: device.path)
      #expect(there.compatible == device.compatible)
      #expect(there.isEnabled == device.isEnabled)
      #expect(there.registers == device.registers(in: there.file))
      // Linux does not use the timers, so its watchdog has no interrupt.
      if device.name != "watchdog@f0d0" { #expect(there.lines == device.lines) }
    }
  }

  private func expectSameDevices(_ board: Board, _ real: DeviceTree) throws {
    let ours = try board.tree()
    for role in DeviceRole.allCases {
      let expected = try board.device(role, in: ours)
      let found = try board.device(role, in: real)
      #expect(found.path == expected.path)
      #expect(found.registers == expected.registers(in: found.file))
      #expect(found.interrupts == expected.interrupts)
    }
  }

  private func run(_ arguments: [String]) throws {
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var pid: pid_t = 0
    try #require(posix_spawnp(&pid, arguments[0], nil, nil, &words, environ) == 0)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    #expect(status == 0)
  }
}

extension Device {
  /// The registers with `file` in their errors, so that trees from different files compare.
  fileprivate func registers(in file: String) -> [Result<RegisterRange, DeviceTreeError>] {
    registers.map { entry in
      entry.mapError { DeviceTreeError(file: file, node: $0.node, $0.problem) }
    }
  }
}

private func firstMatch(_ pattern: String) -> String? {
  var result = glob_t()
  defer { globfree(&result) }
  guard glob(pattern, 0, nil, &result) == 0, result.gl_pathc > 0 else { return nil }
  return result.gl_pathv[0].map { String(cString: $0) }
}

private func firstInPath(_ program: String) -> String? {
  (environment("PATH") ?? "").split(separator: ":").map { "\($0)/\(program)" }
    .first { access($0, X_OK) == 0 }
}
