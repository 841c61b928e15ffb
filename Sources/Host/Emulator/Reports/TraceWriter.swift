// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// Writes a run as Chrome trace events (JSON), which Perfetto opens: one track for each protection
/// domain, showing when it runs, with its notifications, calls, interrupts and faults.
public final class TraceWriter {
  private var buffer = ""
  private let sink: (String) -> Void
  private var isFirst = true
  private var nextFlow = 0

  /// - Parameter sink: receives the document in pieces of about 64 KiB.
  public init(sink: @escaping (String) -> Void) { self.sink = sink }

  func begin(_ names: [String]) {
    buffer = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"
    appendMetadata("process_name", thread: nil, value: "serval")
    for (index, name) in names.enumerated() {
      appendMetadata("thread_name", thread: index, value: name)
    }
  }

  /// Completes the document. Nothing may be recorded afterwards.
  public func end() {
    buffer += "\n]}\n"
    flush()
  }

  private func flush() {
    sink(buffer)
    buffer = ""
  }

  // MARK: Events

  func recordSwitch(from previous: Thread?, to next: Thread?, at now: UInt64) {
    if let previous { append(event("E", "runs", previous, now)) }
    if let next { append(event("B", "runs", next, now)) }
  }

  func recordNotification(by sender: Thread, to receiver: Thread?, badge: UInt64, at now: UInt64) {
    appendInstant(receiver.map { "notify \($0.name)" } ?? "notify", sender, now, badge: badge)
    if let receiver { appendFlow(from: sender, to: receiver, "notification", now) }
  }

  func recordCall(from sender: Thread, to receiver: Thread, badge: UInt64, at now: UInt64) {
    appendInstant("call \(receiver.name)", sender, now, badge: badge)
    appendFlow(from: sender, to: receiver, "call", now)
  }

  func recordReply(by sender: Thread, to receiver: Thread, at now: UInt64) {
    appendInstant("answer \(receiver.name)", sender, now)
    appendFlow(from: sender, to: receiver, "answer", now)
  }

  func recordInterrupt(_ line: InterruptLine, at now: UInt64) {
    guard let thread = line.notification.bound else { return }
    appendInstant("irq \(line.number)", thread, now)
  }

  func recordFault(_ fault: ThreadFault, of thread: Thread, at now: UInt64) {
    appendInstant("fault: \(thread.name) \(fault.summary)", thread, now, isProcessWide: true)
  }

  // MARK: JSON, with the field names of the Trace Event Format (Google, 2016)

  private func append(_ event: JSONWriter.Object) {
    if !isFirst { buffer += ",\n" }
    isFirst = false
    buffer += event.text
    if buffer.utf8.count > 1 << 16 { flush() }
  }

  /// - Parameter phase: "B" and "E" for the beginning and end of a slice, "i" for an instant, "s" and "f" for the ends
  ///   of an arrow.
  private func event(
    _ phase: String, _ name: String, _ thread: Thread, _ now: UInt64
  ) -> JSONWriter.Object {
    var event = JSONWriter.Object()
    event.add("ph", phase)
    event.add("pid", 1)
    event.add("tid", thread.index)
    // Microseconds.
    event.add("ts", thousandths: now)
    event.add("name", name)
    return event
  }

  private func appendMetadata(_ name: String, thread: Int?, value: String) {
    var event = JSONWriter.Object()
    event.add("ph", "M")
    event.add("pid", 1)
    if let thread { event.add("tid", thread) }
    event.add("name", name)
    var arguments = JSONWriter.Object()
    arguments.add("name", value)
    event.add("args", arguments)
    append(event)
  }

  /// - Parameter isProcessWide: whether the instant is drawn across all tracks.
  private func appendInstant(
    _ name: String, _ thread: Thread, _ now: UInt64, badge: UInt64? = nil,
    isProcessWide: Bool = false
  ) {
    var event = event("i", name, thread, now)
    event.add("s", isProcessWide ? "p" : "t")
    if let badge {
      var arguments = JSONWriter.Object()
      // In hexadecimal: a JSON number would lose the upper bits.
      arguments.add("badge", hex(badge))
      event.add("args", arguments)
    }
    append(event)
  }

  /// An arrow from one track to another.
  private func appendFlow(from: Thread, to: Thread, _ name: String, _ now: UInt64) {
    nextFlow += 1
    var start = event("s", name, from, now)
    start.add("cat", "ipc")
    start.add("id", nextFlow)
    append(start)
    var end = event("f", name, to, now)
    end.add("cat", "ipc")
    end.add("id", nextFlow)
    // Binds the arrow to the enclosing slice.
    end.add("bp", "e")
    append(end)
  }
}
