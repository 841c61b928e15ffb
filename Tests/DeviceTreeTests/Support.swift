// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import Testing

@testable import DeviceTree

/// A tree from source, which dtc compiles.
func tree(_ body: String, name: String = "test.dts") throws -> DeviceTree {
  try DeviceTree(source: "/dts-v1/;\n/ {\n\(body)\n};\n".utf8, name: name)
}

/// A GICv2 with the surroundings that the nodes under test need.
func treeWithGIC(_ body: String) throws -> DeviceTree {
  try tree(
    """
    #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
    gic: intc { compatible = "arm,gic-400"; interrupt-controller; #interrupt-cells = <3>; };
    \(body)
    """)
}

/// The error that `body` throws, if it is one of ours.
func deviceTreeError(_ body: () throws -> Void) -> DeviceTreeError? {
  do { try body() } catch { return error as? DeviceTreeError }
  return nil
}

func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

extension DeviceInterrupt {
  static func level(_ number: UInt32) -> Self { Self(number: number, trigger: .level) }
  static func edge(_ number: UInt32) -> Self { Self(number: number, trigger: .edge) }
}

extension Device {
  /// Entries of `reg`, which must all resolve.
  func ranges() throws -> [RegisterRange] { try registers.map { try $0.get() } }
  /// What is wrong with each interrupt; nil for those that resolve.
  var problems: [DeviceTreeError.Problem?] {
    interrupts.map { if case .failure(let error) = $0 { error.problem } else { nil } }
  }

  /// Interrupts that resolve.
  var lines: [DeviceInterrupt] { interrupts.compactMap { try? $0.get() } }
}
