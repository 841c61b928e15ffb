// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// One mistake, or one thing that a reviewer should question. It is data: `FindingRenderer` makes
/// the text.
public struct Finding: Hashable, Sendable {
  /// What a finding means for the exit status.
  public enum Severity: String, Hashable, Sendable, Codable {
    /// Makes the command fail.
    case error
    /// Does not, unless the user asks for strictness.
    case warning
  }

  /// Stable name of the rule, in lower case with hyphens, for searching, suppressing and testing.
  public var rule: String
  /// `.error` unless said otherwise.
  public var severity: Severity
  /// What it is about; nil if it concerns the run as a whole.
  public var place: Place?
  /// What is wrong: one sentence without a full stop, naming the offending value.
  public var message: String
  /// How to fix it, in the imperative; nil if there is nothing useful to say.
  public var fix: String?

  /// Creates a finding, by default an error without place or fix.
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

/// An error that can explain itself to a user.
///
/// Each module's error enum holds values only; a file of its own turns them into findings. How
/// findings look is up to `FindingRenderer` alone.
public protocol DiagnosableError: Error {
  /// Every problem behind the error; never empty.
  var findings: [Finding] { get }
}

/// Findings thrown as one error, so that the user sees all of them at once.
public struct FindingsError: DiagnosableError, Hashable {
  /// Not empty.
  public var findings: [Finding]

  /// Creates an error from at least one finding.
  public init(_ findings: [Finding]) {
    self.findings = findings
  }
}
