// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// Why a system cannot have HTTPS as chosen.
public enum HTTPSError: Error, Hashable {
  /// HTTPS without a certificate and its key.
  case noCertificate
  /// An option that makes sense with HTTPS only.
  case withoutHTTPS(option: String, value: String)
  /// HTTP and HTTPS on the same port; the option of HTTP's.
  case samePort(UInt16, other: String)
  /// Redirects from a port that is closed; its option.
  case nothingToRedirect(plain: String)
  /// The board has no generator of random numbers that a driver knows.
  case noEntropy(board: String)
  /// More certificates than a server has room for.
  case tooManyCertificates(limit: Int)
  /// More bytes than the record has room for.
  case tooLarge(what: String, limit: Int)
}

extension HTTPSError: DiagnosableError {
  /// One finding.
  public var findings: [Finding] {
    let (rule, option, message, fix) = words
    return [Finding(rule: rule, at: .option(option), message, fix: fix)]
  }

  private var words: (rule: String, option: String, message: String, fix: String) {
    switch self {
    case .noCertificate:
      (
        "certificate", "--set https", "HTTPS needs a certificate and its private key",
        "pass --certificate FILE and --key FILE; serval certificate NAME makes both"
      )
    case .withoutHTTPS(let option, let value):
      (
        "option", "--set \(option)", "'\(value)' makes sense with HTTPS only",
        "add --set https=443"
      )
    case .samePort(let port, let other):
      (
        "option", "--set https", "HTTP has port \(port), too",
        "choose another, or close HTTP's with --set \(other)=none"
      )
    case .nothingToRedirect(let plain):
      (
        "option", "--set https-redirect", "there is nothing to redirect: \(plain) is none",
        "leave it out, or give \(plain) a number"
      )
    case .noEntropy(let board):
      (
        "device", "--set https",
        "HTTPS needs random numbers, and \(board) has no generator that a driver knows",
        "leave it out, or add a driver with the role entropy"
      )
    case .tooManyCertificates(let limit):
      (
        "certificate", "--certificate", "there are more than \(limit) certificates",
        "give fewer: one certificate may have several names"
      )
    case .tooLarge(let what, let limit):
      (
        "certificate", "--certificate", "the \(what) take more than \(limit) bytes",
        "give fewer, or shorter chains: clients have the roots"
      )
    }
  }
}
