// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a handler may return instead of an `Answer`.
public protocol AnswerConvertible {
  /// The answer that it stands for.
  var answer: Answer { get }
}

extension Answer: AnswerConvertible {
  /// Itself.
  public var answer: Answer { self }
}

extension Response: AnswerConvertible {
  /// This response, now.
  public var answer: Answer { .respond(self) }
}

extension Status: AnswerConvertible {
  /// A response whose body is the status code and its phrase.
  public var answer: Answer { .status(self) }
}

extension String: AnswerConvertible {
  /// A 200 response of plain text.
  public var answer: Answer { .text(self) }
}

extension StaticString: AnswerConvertible {
  /// A 200 response of plain text.
  public var answer: Answer { .text(self) }
}

extension [UInt8]: AnswerConvertible {
  /// A 200 response of plain text in UTF-8.
  public var answer: Answer {
    .respond(Response(.ok, type: ContentType.plain, body: self))
  }
}

extension Optional: AnswerConvertible where Wrapped: AnswerConvertible {
  /// The wrapped value's answer; 404 for nil.
  public var answer: Answer {
    switch self {
    case .some(let value): value.answer
    case .none: .status(.notFound)
    }
  }
}
