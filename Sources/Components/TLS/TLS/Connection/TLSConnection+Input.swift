// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import Time

// Records in (RFC 8446, 5).

extension TLSConnection {
  /// Takes bytes, at most up to the end of a record, and handles it.
  ///
  /// - Returns: how many it took; 0 while the last record's data was not taken, or a ClientHello was not answered.
  func take(_ bytes: Span<UInt8>, now: Instant) -> Int {
    if phase == .ended || peerHasEnded { return bytes.count }
    guard text.isEmpty, phase != .awaitingTurn else { return 0 }
    var taken = 0
    do throws(Alert) {
      if input.count < RecordLimit.header {
        if input.isEmpty { inputStarted = now }
        taken = append(bytes, upTo: RecordLimit.header)
        try countHandshake(taken)
        guard input.count == RecordLimit.header else { return taken }
        try checkHeader()
      }
      let size = RecordLimit.header + length
      let more = append(bytes.extracting(taken..<bytes.count), upTo: size)
      taken += more
      try countHandshake(more)
      if input.count == size {
        try handleRecord()
        if text.isEmpty { finishRecord(keepsMemory: taken < bytes.count) }
      }
    } catch {
      fail(error)
    }
    return taken
  }

  /// The application took the first `count` bytes of the text.
  func tookText(_ count: Int) {
    text = min(text.lowerBound + max(count, 0), text.upperBound)..<text.upperBound
    if text.isEmpty { finishRecord(keepsMemory: true) }
  }

  private func finishRecord(keepsMemory: Bool) {
    inputStarted = .never
    input.removeAll(keepingCapacity: keepsMemory)
  }

  private var length: Int { Int(input[3]) << 8 | Int(input[4]) }

  private func append(_ bytes: Span<UInt8>, upTo size: Int) -> Int {
    let count = min(bytes.count, size - input.count)
    // Memory grows with what has arrived, not with what a header promises.
    if input.capacity < input.count + count {
      input.reserveCapacity(min(size, max(2 * (input.count + count), 512)))
    }
    input.append(copying: bytes.extracting(0..<count))
    return count
  }

  private func countHandshake(_ count: Int) throws(Alert) {
    guard let handshake else { return }
    handshake.byteCount += count
    guard handshake.byteCount <= settings.handshakeByteCount else { throw .unexpectedMessage }
  }

  private func checkHeader() throws(Alert) {
    let (type, length) = (input[0], length)
    switch type {
    case ContentType.handshake, ContentType.alert:
      guard length > 0 else { throw .unexpectedMessage }
    case ContentType.changeCipherSpec, ContentType.applicationData: break
    default: throw .unexpectedMessage
    }
    let isSealed = type == ContentType.applicationData
    guard length <= RecordLimit.text + (isSealed ? RecordLimit.expansion : 0) else {
      throw .recordOverflow
    }
  }

  // MARK: Whole records

  private func handleRecord() throws(Alert) {
    let content = RecordLimit.header..<input.count
    switch input[0] {
    case ContentType.applicationData:
      if reading != nil { return try handleSealed() }
      guard phase == .awaitingSecondHello, skipEarlyData() else { throw .unexpectedMessage }
    case ContentType.changeCipherSpec:
      // Clients send it for middleboxes (D.4).
      guard message.isEmpty, phase == .awaitingSecondHello || phase == .awaitingFinished,
        content.count == 1, input[content.lowerBound] == 1
      else { throw .unexpectedMessage }
    case ContentType.alert:
      // A client that cannot read our answer has no keys for its alert.
      guard reading == nil || phase == .awaitingFinished && reading?.sequence == 0 else {
        throw .unexpectedMessage
      }
      try handleAlert(content)
    default:
      guard reading == nil else { throw .unexpectedMessage }
      try handleMessageBytes(content)
    }
  }

  private func handleSealed() throws(Alert) {
    guard unseal() else {
      guard phase == .awaitingFinished, reading?.sequence == 0, skipEarlyData() else {
        throw .badRecordMAC
      }
      return
    }
    var end = input.count - SealingKey.tagByteCount
    guard end - RecordLimit.header <= RecordLimit.text + 1 else { throw .recordOverflow }
    // Behind the content and its type is padding.
    while end > RecordLimit.header, input[end - 1] == 0 { end -= 1 }
    guard end > RecordLimit.header else { throw .unexpectedMessage }
    let content = RecordLimit.header..<end - 1
    try countIdle(input[end - 1], content)
    switch input[end - 1] {
    case ContentType.handshake:
      guard !content.isEmpty else { throw .unexpectedMessage }
      try handleMessageBytes(content)
    case ContentType.alert: try handleAlert(content)
    case ContentType.applicationData:
      guard phase == .established, message.isEmpty else { throw .unexpectedMessage }
      text = content
    default: throw .unexpectedMessage
    }
  }

  /// Opens the record in place.
  private func unseal() -> Bool {
    guard input.count >= RecordLimit.header + SealingKey.tagByteCount else { return false }
    let header: InlineArray<5, UInt8> = [input[0], input[1], input[2], input[3], input[4]]
    var all = input.mutableSpan
    var record = all._mutatingExtracting(RecordLimit.header..<all.count)
    return reading?.open(&record, header: header) ?? false
  }

  /// Skips a record of early data, if the client has offered some: this server takes none.
  private func skipEarlyData() -> Bool {
    guard let handshake, handshake.earlyDataRest > 0, handshake.earlyDataRest >= length else {
      return false
    }
    handshake.earlyDataRest -= max(length, 1)
    return true
  }

  /// Bounds the records that make work and bring nothing.
  private func countIdle(_ type: UInt8, _ content: Range<Int>) throws(Alert) {
    guard type != ContentType.applicationData || content.isEmpty else {
      idleRecords = 0
      return
    }
    idleRecords += 1
    guard phase != .established || idleRecords <= 64 else { throw .unexpectedMessage }
  }

  private func handleAlert(_ content: Range<Int>) throws(Alert) {
    guard message.isEmpty, !content.isEmpty else { throw .unexpectedMessage }
    guard content.count == 2 else { throw .decodeError }
    switch input[content.upperBound - 1] {
    case Alert.closeNotify.rawValue:
      guard phase == .established else { throw .closeNotify }
      peerHasEnded = true
    case Alert.userCanceled.rawValue: break
    default: end()
    }
  }
}
