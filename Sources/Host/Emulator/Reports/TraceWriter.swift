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
    append(.metadata("process_name", thread: nil, value: "serval"))
    for (index, name) in names.enumerated() {
      append(.metadata("thread_name", thread: index, value: name))
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

  private func append(_ event: TraceEvent) {
    if !isFirst { buffer += ",\n" }
    isFirst = false
    buffer += JSONWriter.line(event)
    if buffer.utf8.count > 1 << 16 { flush() }
  }

  // MARK: Events

  func recordSwitch(from previous: Thread?, to next: Thread?, at now: UInt64) {
    if let previous { append(TraceEvent("E", "runs", previous.index, now)) }
    if let next { append(TraceEvent("B", "runs", next.index, now)) }
  }

  func recordNotification(by sender: Thread, to receiver: Thread?, badge: UInt64, at now: UInt64) {
    let name = receiver.map { "notify \($0.name)" } ?? "notify"
    append(.instant(name, sender.index, now, badge: badge))
    if let receiver { appendFlow(from: sender, to: receiver, "notification", now) }
  }

  func recordCall(from sender: Thread, to receiver: Thread, badge: UInt64, at now: UInt64) {
    append(.instant("call \(receiver.name)", sender.index, now, badge: badge))
    appendFlow(from: sender, to: receiver, "call", now)
  }

  func recordReply(by sender: Thread, to receiver: Thread, at now: UInt64) {
    append(.instant("answer \(receiver.name)", sender.index, now))
    appendFlow(from: sender, to: receiver, "answer", now)
  }

  func recordInterrupt(_ line: InterruptLine, at now: UInt64) {
    guard let thread = line.notification.bound else { return }
    append(.instant("irq \(line.number)", thread.index, now))
  }

  func recordFault(_ fault: ThreadFault, of thread: Thread, at now: UInt64) {
    append(
      .instant("fault: \(thread.name) \(fault.summary)", thread.index, now, isProcessWide: true))
  }

  /// An arrow between two tracks.
  private func appendFlow(from: Thread, to: Thread, _ name: String, _ now: UInt64) {
    nextFlow += 1
    append(.flow("s", name, from.index, now, id: nextFlow))
    append(.flow("f", name, to.index, now, id: nextFlow))
  }
}

/// One event, with the field names of the Trace Event Format (Google, "Trace Event Format", 2016).
private struct TraceEvent: Encodable {
  struct Arguments: Encodable {
    var name: String?
    /// In hexadecimal: JSON numbers lose the upper bits.
    var badge: String?
  }

  /// Phase: "M" metadata, "B" and "E" begin and end, "i" instant, "s" and "f" ends of an arrow.
  var ph: String
  var pid = 1
  /// The protection domain's index.
  var tid: Int?
  /// Microseconds of virtual time.
  var ts: Double?
  var name: String
  /// Scope of an instant: "t" for its track, "p" for all tracks.
  var s: String?
  var cat: String?
  var id: Int?
  /// "e" binds the end of an arrow to the slice around it.
  var bp: String?
  var args: Arguments?

  init(_ phase: String, _ name: String, _ thread: Int?, _ now: UInt64?) {
    (ph, self.name, tid) = (phase, name, thread)
    ts = now.map { Double($0) / 1000 }
  }

  static func metadata(_ name: String, thread: Int?, value: String) -> TraceEvent {
    var event = TraceEvent("M", name, thread, nil)
    event.args = Arguments(name: value)
    return event
  }

  static func instant(
    _ name: String, _ thread: Int, _ now: UInt64, badge: UInt64? = nil, isProcessWide: Bool = false
  ) -> TraceEvent {
    var event = TraceEvent("i", name, thread, now)
    event.s = isProcessWide ? "p" : "t"
    event.args = badge.map { Arguments(badge: hex($0)) }
    return event
  }

  static func flow(
    _ phase: String, _ name: String, _ thread: Int, _ now: UInt64, id: Int
  ) -> TraceEvent {
    var event = TraceEvent(phase, name, thread, now)
    (event.cat, event.id, event.bp) = ("ipc", id, phase == "f" ? "e" : nil)
    return event
  }
}
