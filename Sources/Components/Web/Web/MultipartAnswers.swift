// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Multipart

/// What happens to the data of a part.
public enum PartHandling {
  /// It is dropped.
  case skip
  /// `take` is offered the part's data as it arrives, and returns how many bytes it took. The others are offered again when more
  /// have arrived, or after a `Waker` was used, and meanwhile stay with the client. `end` follows the last byte.
  case receive(take: (Span<UInt8>) -> Int, end: () -> Void)
  /// The request gets this answer at once. The rest of its body is discarded.
  case refuse(Answer)

  /// The part's data is passed to `each` as it arrives. `end` follows the last byte.
  public static func read(
    each: @escaping (Span<UInt8>) -> Void, end: @escaping () -> Void = {}
  ) -> PartHandling {
    .receive(
      take: { bytes in
        each(bytes)
        return bytes.count
      }, end: end)
  }
}

extension Request {
  /// Reads the request's body as `multipart/form-data`, as it arrives:
  ///
  ///     router.post("/upload") { request in
  ///       var count = 0
  ///       return request.multipart { part in
  ///         guard part.filename != nil else { return .skip }
  ///         return .read { count += $0.count }
  ///       } then: {
  ///         .text("\(count) bytes\n")
  ///       }
  ///     }
  ///
  /// Nothing is held of a part but its headers. A body with another Content-Type gets 415, one longer than `limit` 413, and one that
  /// is malformed or exceeds `limits` gets 400 with a text that says what is wrong and where; `then` is not called. Parts may
  /// have been handled by that time.
  ///
  /// - Parameters:
  ///   - limit: bytes of the body.
  ///   - limits: what the body may consist of.
  ///   - each: called when a part begins; says what happens to its data.
  ///   - then: the answer, when all parts are complete.
  public func multipart(
    limit: UInt64 = .max, limits: MultipartLimits = MultipartLimits(),
    _ each: @escaping (MultipartPart) -> PartHandling, then: @escaping () -> Answer
  ) -> Answer {
    let boundary: MultipartBoundary
    do throws(MultipartError) {
      boundary = try multipartBoundary()
    } catch {
      return error.answer
    }
    let receiver = MultipartReceiver(MultipartParser(boundary, limits: limits), each)
    return .receive(limit: limit, take: { receiver.take($0) }) { receiver.finish() ?? then() }
  }

  /// The boundary of a request's body, for a `MultipartParser` in an exchange.
  public func multipartBoundary() throws(MultipartError) -> MultipartBoundary {
    guard head.count("Content-Type") == 1, let value = head.value("Content-Type") else {
      throw MultipartError(.notOneContentType)
    }
    return try MultipartBoundary(contentType: value.span)
  }
}

extension MultipartError {
  /// The answer to such a request: 415 if its Content-Type is another one, else 400; with `text`.
  public var answer: Answer {
    let isOther = reason == .otherType || reason == .notOneContentType
    return .text("\(text)\n", status: isOther ? .unsupportedMediaType : .badRequest)
  }
}

extension Exchange {
  /// Reads on in the request's body up to the next event of `parser`. `take` gets a part's data, and returns how much it took.
  ///
  /// After `needsInput`, nothing has arrived that was not read.
  public mutating func read(
    _ parser: inout MultipartParser, data take: (Span<UInt8>) -> Int
  ) throws(MultipartError) -> MultipartEvent {
    while !inputEnded {
      var event = MultipartEvent.needsInput
      var failure: MultipartError?
      let count = read { bytes in
        do throws(MultipartError) {
          let step = try parser.next(bytes, data: take)
          event = step.event
          return step.consumed
        } catch {
          failure = error
          return 0
        }
      }
      if let failure { throw failure }
      guard count > 0, event == .needsInput else { return event }
    }
    return try parser.next([UInt8]().span, isLast: true, data: take).event
  }

  /// Ends the response because of an error in the request's body: with status 400 and the error's text or, if the response has
  /// begun, by resetting the connection.
  public mutating func end(with error: MultipartError) -> StreamStep {
    guard !hasBegun else { return .failed }
    let text = Array("\(error.text)\n".utf8)
    head = ResponseHead(text: .badRequest, length: UInt64(text.count))
    return write(text.span) == text.count ? .end : .failed
  }
}

/// The parts of a body while it arrives.
private final class MultipartReceiver {
  private var parser: MultipartParser
  private let each: (MultipartPart) -> PartHandling
  private var handling = PartHandling.skip
  /// The answer, if it came before the body's end.
  private var answer: Answer?

  init(_ parser: MultipartParser, _ each: @escaping (MultipartPart) -> PartHandling) {
    self.parser = parser
    self.each = each
  }

  func take(_ bytes: Span<UInt8>) -> Int {
    var position = 0
    while let step = next(bytes.extracting(position..<bytes.count), isLast: false) {
      position += step.consumed
      if step.event == .needsInput || step.event == .dataWaits { return position }
    }
    return Answer.stopReading
  }

  /// At the body's end: the answer, unless all is well.
  func finish() -> Answer? {
    while let step = next([UInt8]().span, isLast: true) {
      switch step.event {
      case .finished: return nil
      // What the handler did not take is followed by no boundary.
      case .dataWaits, .needsInput:
        handling = .skip
      case .partBegan, .partEnded: break
      }
    }
    return answer
  }

  /// The next step; nil if there is an answer.
  private func next(_ bytes: Span<UInt8>, isLast: Bool) -> MultipartStep? {
    guard answer == nil else { return nil }
    let handling = handling
    do throws(MultipartError) {
      let step = try parser.next(bytes, isLast: isLast) { data in
        guard case .receive(let take, _) = handling else { return data.count }
        return take(data)
      }
      switch step.event {
      case .partBegan(let part):
        self.handling = each(part)
        if case .refuse(let answer) = self.handling { self.answer = answer }
      case .partEnded:
        self.handling = .skip
        if case .receive(_, let end) = handling { end() }
      case .needsInput, .dataWaits, .finished: break
      }
      return answer == nil ? step : nil
    } catch {
      answer = error.answer
      return nil
    }
  }
}
