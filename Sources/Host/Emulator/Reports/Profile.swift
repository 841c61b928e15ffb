// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CUnicorn
import ELFImage
import HostIO

// `--profile`: where each protection domain's instructions go, by function.

extension Processor {
  /// Begins to count the instructions of each block of the image's code.
  func countBlocks(of image: ELFImage) {
    let code = image.segments.filter { $0.isLoaded && $0.isExecutable }
    guard let start = code.map(\.virtualAddress).min(),
      let end = code.map({ $0.virtualAddress &+ $0.memorySize }).max(), end > start
    else { return }
    let count = Int((end - start) / 4)
    let counts = UnsafeMutablePointer<serval_block_count>.allocate(capacity: count)
    counts.initialize(repeating: serval_block_count(), count: count)
    slice.pointee.counts = counts
    slice.pointee.code = start
    slice.pointee.code_count = UInt64(count)
  }

  fileprivate func clearBlockCounts() {
    slice.pointee.counts?.update(
      repeating: serval_block_count(), count: Int(slice.pointee.code_count))
  }

  /// What was executed in each function. A block counts for the function in which it begins.
  fileprivate func profile(of image: ELFImage) -> [FunctionCount] {
    guard let counts = slice.pointee.counts else { return [] }
    let functions = image.symbols.filter { $0.isFunction && $0.isDefined }
      .sorted { ($0.value, $0.size) < ($1.value, $1.size) }
    var found: [FunctionCount] = []
    var next = 0
    for index in 0..<Int(slice.pointee.code_count) where counts[index].executions > 0 {
      let address = slice.pointee.code + 4 * UInt64(index)
      while next < functions.count, functions[next].value <= address { next += 1 }
      let function = next > 0 ? functions[next - 1] : nil
      let (name, start) = (function?.name ?? "?", function?.value ?? 0)
      if found.last?.address != start { found.append(FunctionCount(name: name, address: start)) }
      found[found.count - 1].instructions += counts[index].instructions
      if address == start { found[found.count - 1].calls += counts[index].executions }
    }
    return found
  }
}

/// What was executed in one function.
private struct FunctionCount {
  var name: String
  var address: UInt64
  var instructions: UInt64 = 0
  /// Executions of its first block: calls, unless the function jumps back to its start.
  var calls: UInt64 = 0
}

extension Machine {
  /// Where the instructions of each domain have gone since the start, or since `restartProfile`: a table for each, with the
  /// most expensive function first.
  public func profileText() -> String {
    kernel.threads.map { thread in
      let counts = thread.processor.profile(of: thread.image)
        .sorted { ($0.instructions, $1.address) > ($1.instructions, $0.address) }
      let total = counts.reduce(0) { $0 + $1.instructions }
      let names = demangled(counts.map(\.name))
      let rows = zip(counts, names).map { count, name in
        let share = (count.instructions * 1000 + total / 2) / max(total, 1)
        return right("\(count.instructions)", 14) + right("\(share / 10).\(share % 10)", 8)
          + right("\(count.calls)", 12) + "  \(name)\n"
      }
      return "\(thread.name): \(total) instructions\n"
        + right("instructions", 14) + right("%", 8) + right("calls", 12) + "  function\n"
        + rows.joined() + "\n"
    }.joined()
  }

  /// Begins the counts of `profileText` again.
  public func restartProfile() {
    for thread in kernel.threads { thread.processor.clearBlockCounts() }
  }
}

private func right(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(width - text.count, 0)) + text
}

/// Names as in the sources, if the Swift toolchain is installed; otherwise those of the symbols.
private func demangled(_ names: [String]) -> [String] {
  let input = Array(names.map { $0 + "\n" }.joined().utf8)
  guard
    let result = try? Subprocess.run(
      ["swift", "demangle", "--compact", "--simplified"], input: input),
    result.status == 0
  else { return names }
  let lines = String(decoding: result.output, as: UTF8.self).split(
    separator: "\n", omittingEmptySubsequences: false)
  return lines.count == names.count + 1 ? lines.dropLast().map(String.init) : names
}
