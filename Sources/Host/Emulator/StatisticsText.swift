// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension Machine {
  /// A table of what each protection domain did.
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
    let widths = head.indices.map { column in
      ([head] + rows).map { $0[column].count }.max() ?? 0
    }
    let lines = ([head] + rows).map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }.joined(separator: "  ") + "\n"
    }
    let seconds = now / 1_000_000_000
    let fraction = String(now % 1_000_000_000 + 1_000_000_000).dropFirst()
    return lines.joined() + "virtual time: \(seconds).\(fraction) s\n"
  }
}
