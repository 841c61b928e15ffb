// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import Time

// Records out (RFC 8446, 5.2).

extension TLSConnection {
  /// Appends a record to the output, sealed if there are keys.
  ///
  /// - Parameter content: at most `RecordLimit.text` bytes.
  func send(_ type: UInt8, _ content: Span<UInt8>) {
    let needed = output.count + content.count + RecordLimit.header + RecordLimit.overhead
    if output.capacity < needed { output.reserveCapacity(needed) }
    if writing == nil {
      output.appendRecord(type, content)
    } else {
      writing?.seal(content, type, into: &output)
    }
  }

  /// Seals handshake messages, in as few records as the client's limit of a record allows.
  func sendMessages(_ messages: [UInt8]) {
    let records = messages.count / textLimit + 1
    output.reserveCapacity(
      output.count + messages.count + records * (RecordLimit.header + RecordLimit.overhead))
    var start = 0
    while start < messages.count {
      let end = min(start + textLimit, messages.count)
      send(ContentType.handshake, messages.span.extracting(start..<end))
      start = end
    }
  }

  /// Seals the beginning of the application's data into a record.
  ///
  /// - Returns: how many bytes it took.
  func sendText(_ bytes: Span<UInt8>, limit: Int = .max) -> Int {
    guard phase == .established, !hasEnded else { return 0 }
    let count = min(bytes.count, textLimit, limit)
    if count > 0 { send(ContentType.applicationData, bytes.extracting(0..<count)) }
    return count
  }

  func sendAlert(_ alert: Alert) {
    // Its level says nothing in TLS 1.3, but old clients of other versions read it.
    let isWarning = alert == .closeNotify || alert == .userCanceled
    let content: InlineArray<2, UInt8> = [isWarning ? 1 : 2, alert.rawValue]
    send(ContentType.alert, content.span)
  }

  /// Ends our direction.
  func sendEnd() {
    guard phase == .established, !hasEnded else { return }
    hasEnded = true
    sendAlert(.closeNotify)
  }

  /// Gives our direction new keys if the client wants it, or if they were used for long (4.6.3 and 5.5); asks for new ones of the
  /// client's direction, too, if it is time.
  ///
  /// - Parameter hasText: whether there is something to send with them. Without it, only the client's wish counts.
  func updateKeys(hasText: Bool) {
    guard phase == .established, !hasEnded, let serverSecret else { return }
    let limit = settings.recordsForKey
    let wantsRequest = hasText && !hasAskedForKeys && (reading?.sequence ?? 0) >= limit
    guard owesKeyUpdate || wantsRequest || hasText && (writing?.sequence ?? 0) >= limit else {
      return
    }
    owesKeyUpdate = false
    if wantsRequest { hasAskedForKeys = true }
    let message: InlineArray<5, UInt8> = [HandshakeType.keyUpdate, 0, 0, 1, wantsRequest ? 1 : 0]
    send(ContentType.handshake, message.span)
    let next = suite.hash.expandLabel(serverSecret, "traffic upd", count: suite.hash.byteCount)
    self.serverSecret = next
    writing = TrafficKeys(suite, next)
  }

  /// The transport took the first `count` bytes of the output. Returns whether that were all.
  func sent(_ count: Int) -> Bool {
    outputStart = min(outputStart + max(count, 0), output.count)
    guard outputStart == output.count else { return false }
    output.removeAll(keepingCapacity: true)
    outputStart = 0
    return true
  }

  /// Gives back memory that holds nothing.
  func releaseMemory() {
    if output.isEmpty, output.capacity > 0 { output = [] }
    if input.isEmpty, input.capacity > 0 { input = [] }
  }
}
