// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Writes what happens as Chrome trace events, which Perfetto opens: a track for each protection
/// domain with its turns, and notifications, calls, interrupts and faults on them.
public final class TraceWriter {
  private var buffer = ""
  private let sink: (String) -> Void
  private var isFirst = true
  private var nextFlow = 0

  public init(sink: @escaping (String) -> Void) { self.sink = sink }

  func begin(_ names: [String]) {
    buffer = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"
    event("\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":\"serval\"}")
    for (index, name) in names.enumerated() {
      event(
        "\"ph\":\"M\",\"pid\":1,\"tid\":\(index),\"name\":\"thread_name\","
          + "\"args\":{\"name\":\"\(escaped(name))\"}")
    }
  }

  /// Ends the document.
  public func end() {
    buffer += "\n]}\n"
    flush()
  }

  private func flush() {
    sink(buffer)
    buffer = ""
  }

  private func event(_ fields: String) {
    buffer += isFirst ? "{\(fields)}" : ",\n{\(fields)}"
    isFirst = false
    if buffer.utf8.count > 1 << 16 { flush() }
  }

  /// Microseconds with three places, which is what the format counts in.
  private func time(_ now: UInt64) -> String {
    let rest = String(now % 1000)
    return "\(now / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }

  private func event(
    _ phase: String, _ name: String, _ thread: Thread, _ now: UInt64, _ more: String = ""
  ) {
    event(
      "\"ph\":\"\(phase)\",\"pid\":1,\"tid\":\(thread.index),\"ts\":\(time(now)),"
        + "\"name\":\"\(escaped(name))\"\(more)")
  }

  // MARK: What happens

  func switched(from previous: Thread?, to next: Thread?, at now: UInt64) {
    if let previous { event("E", "runs", previous, now) }
    if let next { event("B", "runs", next, now) }
  }

  func notified(by sender: Thread, _ receiver: Thread?, badge: UInt64, at now: UInt64) {
    let name = receiver.map { "notify \($0.name)" } ?? "notify"
    event("i", name, sender, now, ",\"s\":\"t\",\"args\":{\"badge\":\"\(hex(badge))\"}")
    if let receiver { flow(from: sender, to: receiver, "notification", now) }
  }

  func called(from sender: Thread, to receiver: Thread, badge: UInt64, at now: UInt64) {
    event(
      "i", "call \(receiver.name)", sender, now,
      ",\"s\":\"t\",\"args\":{\"badge\":\"\(hex(badge))\"}")
    flow(from: sender, to: receiver, "call", now)
  }

  func answered(by sender: Thread, to receiver: Thread, at now: UInt64) {
    event("i", "answer \(receiver.name)", sender, now, ",\"s\":\"t\"")
    flow(from: sender, to: receiver, "answer", now)
  }

  func interrupted(_ line: InterruptLine, at now: UInt64) {
    guard let thread = line.notification.bound else { return }
    event("i", "irq \(line.number)", thread, now, ",\"s\":\"t\"")
  }

  func faulted(_ thread: Thread, _ fault: Fault, at now: UInt64) {
    event("i", "fault: \(thread.name) \(fault.summary)", thread, now, ",\"s\":\"p\"")
  }

  private func flow(from: Thread, to: Thread, _ name: String, _ now: UInt64) {
    nextFlow += 1
    event("s", name, from, now, ",\"cat\":\"ipc\",\"id\":\(nextFlow)")
    event("f", name, to, now, ",\"cat\":\"ipc\",\"id\":\(nextFlow),\"bp\":\"e\"")
  }

  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
