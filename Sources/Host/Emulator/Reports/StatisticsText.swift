// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension Machine {
  /// The tables of `--stats`: the activity of each protection domain, the most that its stack has held, the memory
  /// in use where programs have gauges, and the virtual time.
  public func statisticsText() -> String {
    let head = [
      "", "instructions", "switches", "system calls", "notified", "was notified", "calls",
      "interrupts", "faults",
    ]
    let rows = kernel.threads.map { thread in
      let counts = thread.statistics
      return [
        thread.name, "\(thread.processor.slice.pointee.instructions)", "\(counts.switches)",
        "\(counts.systemCalls)", "\(counts.notificationsSent)", "\(counts.notificationsReceived)",
        "\(counts.calls)", "\(counts.interrupts)", "\(counts.faults)",
      ]
    }
    return table([head] + rows) + stackText() + memoryText()
      + "virtual time: \(seconds(now)) s\(omission)\n"
  }

  private func seconds(_ nanoseconds: UInt64) -> String {
    let fraction = String(nanoseconds % 1_000_000_000 + 1_000_000_000).dropFirst()
    return "\(nanoseconds / 1_000_000_000).\(fraction)"
  }

  /// Wall time that was left out because the host was busy; empty if none was.
  private var omission: String {
    guard let omitted = wall?.omitted, omitted > 0 else { return "" }
    return ", and \(seconds(omitted)) s on the wall left out"
  }

  private func stackText() -> String {
    let rows = kernel.threads.map { thread in
      [thread.name, "\(stackPeak(of: thread))", "\(thread.stackTop - thread.stackBottom)"]
    }
    return table([["", "bytes of stack at most", "of"]] + rows)
  }

  /// A stack starts as zeros, so it has reached down to the lowest word that is not zero.
  private func stackPeak(of thread: Thread) -> UInt64 {
    let size = thread.stackTop - thread.stackBottom
    guard
      let stack = thread.processor.addressSpace.pointer(to: thread.stackBottom, count: Int(size))
    else { return 0 }
    let words = UnsafeRawBufferPointer(start: stack, count: Int(size)).bindMemory(to: UInt64.self)
    return words.firstIndex { $0 != 0 }.map { size - 8 * UInt64($0) } ?? 0
  }

  private func memoryText() -> String {
    let rows = kernel.threads.flatMap { thread in
      Gauge.all(of: thread.image, in: thread.processor.addressSpace).map { gauge in
        ["\(thread.name) \(gauge.name)"]
          + (gauge.isSound
            ? ["\(gauge.used)", "\(gauge.peak)", "\(gauge.capacity)"] : ["damaged", "", ""])
      }
    }
    return rows.isEmpty ? "" : table([["", "bytes in use", "at most", "of"]] + rows)
  }

  /// Aligns the columns, the first to the left and the others to the right.
  private func table(_ rows: [[String]]) -> String {
    let widths = (rows.first ?? []).indices.map { column in
      rows.map { $0[column].count }.max() ?? 0
    }
    let lines = rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }.joined(separator: "  ") + "\n"
    }
    return lines.joined()
  }
}
