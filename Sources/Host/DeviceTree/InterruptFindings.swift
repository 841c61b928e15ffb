// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension DeviceTreeError {
  /// Rule, message and fix for what is wrong with interrupts.
  var interruptWords: (rule: String, message: String, fix: String?) {
    let (message, fix): (String, String?) =
      switch problem {
      case .noTrigger(let interrupt):
        (
          "nothing tells the trigger of its interrupt \(interrupt)",
          "set its flags to 1 or 2 (edge), 4 or 8 (level)"
        )
      case .noInterruptParent:
        ("there is no interrupt controller above it", "set interrupt-parent")
      case .interruptLoop:
        ("its interrupt leads round in a circle of controllers", "correct interrupt-parent")
      case .noInterruptCells:
        ("is used as an interrupt controller, but its #interrupt-cells do not fit", nil)
      case .badInterrupt(let cells, let controller):
        badInterrupt(cells, controller)
      case .multiplexed(let line):
        (
          "its interrupt is \(line)",
          "take an interrupt that the controller raises, in a driver for the controller"
        )
      case .messagesOnly(let controller):
        (
          "its interrupt belongs to '\(controller)', which takes messages only",
          "use a line of another controller"
        )
      case .unusedInterrupt: ("the entry is a placeholder, not an interrupt", nil)
      case .notInMap(let cells, let nexus):
        (
          "the interrupt-map of '\(nexus)' has no entry for \(bracketed(cells))",
          "compare reg and interrupts with interrupt-map and interrupt-map-mask"
        )
      case .mapCutShort:
        ("interrupt-map ends inside an entry", "compare it with the cell counts that apply to it")
      case .notPassedOn(let cells, let controller):
        ("'\(controller)' does not pass its line \(bracketed(cells)) on", nil)
      default: ("", nil)
      }
    return ("interrupts", message, fix)
  }

  private func badInterrupt(_ cells: [UInt32], _ controller: String) -> (String, String?) {
    let kinds: [UInt32: (name: String, base: UInt32)] = [2: ("SPI", 4096), 3: ("PPI", 1056)]
    if cells.count >= 3, let (name, base) = kinds[cells[0]] {
      return (
        "interrupt \(bracketed(cells)) is an extended \(name) of '\(controller)' (\(base) + "
          + "\(cells[1])), which seL4 does not support", "use another interrupt of the device"
      )
    }
    return (
      "interrupt \(bracketed(cells)) does not exist on '\(controller)'",
      cells.count < 3
        ? "use a number from 1, with flags 1 or 2 (edge), 4 or 8 (level)"
        : "use 0 (SPI) below 988 or 1 (PPI) below 16, with flags 1 or 2 (edge), 4 or 8 (level)"
    )
  }
}

extension ControllerLine: CustomStringConvertible {
  /// For messages: "line <26 8> of '/soc/gpio@40000', which raises 48 level".
  public var description: String {
    let name = specifier.count == 1 ? "\(specifier[0])" : bracketed(specifier)
    let line = "line \(name) of '\(controller)'"
    if raises.isEmpty { return line + ", for which the tree names no GIC or PLIC interrupt" }
    let raised = raises.map { "\($0)" } + (raisesMore ? ["others"] : [])
    let list =
      raised.count == 1
      ? raised[0] : raised.dropLast().joined(separator: ", ") + " and " + (raised.last ?? "")
    return line + ", which raises \(list)"
  }
}

extension DeviceInterrupt: CustomStringConvertible {
  /// Number and trigger: "33 level".
  public var description: String { trigger.map { "\(number) \($0.rawValue)" } ?? "\(number)" }
}

/// Cells as device tree source writes them.
private func bracketed(_ cells: [UInt32]) -> String {
  "<" + cells.map { "\($0)" }.joined(separator: " ") + ">"
}
