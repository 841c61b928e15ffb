// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// One thing wrong, or worth a reviewer's look: data, which `FindingRenderer` turns into text.
public struct Finding: Hashable, Sendable {
  public enum Severity: String, Hashable, Sendable, Codable {
    case error
    case warning
  }

  /// Stable name of the rule, lower case with hyphens: for suppressing, searching and tests.
  public var rule: String
  public var severity: Severity
  public var place: Place?
  /// What is wrong: one sentence without a full stop, naming the offending value.
  public var message: String
  /// How to mend it, in the imperative; nil where nothing useful can be said.
  public var fix: String?

  public init(
    rule: String, severity: Severity = .error, at place: Place? = nil, _ message: String,
    fix: String? = nil
  ) {
    self.rule = rule
    self.severity = severity
    self.place = place
    self.message = message
    self.fix = fix
  }
}

/// An error whose cases are data and which can say what a user needs to know about it.
///
/// Each module keeps its error enum free of text and conforms to this in one file of its own; nothing
/// but `FindingRenderer` decides how findings look.
public protocol DiagnosableError: Error {
  /// Every problem that the error carries; never empty.
  var findings: [Finding] { get }
}

/// Several findings thrown as one error, so that a user sees all of them at once.
public struct FindingsError: DiagnosableError, Hashable {
  public var findings: [Finding]

  public init(_ findings: [Finding]) {
    self.findings = findings
  }
}
