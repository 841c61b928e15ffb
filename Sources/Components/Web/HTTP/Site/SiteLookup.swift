// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Finds the file of a static site that a path stands for. As in LionsOS's web server, a directory
/// stands for its index file, a name may omit `.html`, `.htm` or `.xhtml`, and a directory asked for
/// without its slash is redirected. In addition, compressed neighbours of a file are preferred where
/// the client accepts them, and the site's own page answers every 404.
///
/// The lookup does no I/O: `nextStep` names a file to examine, and `record` takes the result.
public struct SiteLookup: Sendable {
  /// What was found by a path.
  public enum Found: Equatable, Sendable {
    /// A regular file.
    case file(SiteFile)
    /// A directory.
    case directory
    /// Nothing that can be served.
    case nothing
    /// The file could not be examined; the status tells the client why.
    case failed(Status)
  }

  /// What to do next.
  public enum Step: Sendable {
    /// Examine the file of this path, and pass the result to `record`.
    case examine([UInt8])
    /// Send the file as planned.
    case send(FilePlan, path: [UInt8])
    /// Send a redirection or an error, without a file.
    case answer(ResponseHead, body: [UInt8])
  }

  private enum Stage: Equatable, Sendable {
    /// The path as it was asked for.
    case itself
    /// The path with the suffix of this number.
    case suffix(Int)
    /// The compressed neighbour of the file that was found.
    case neighbour(ContentCoding)
    /// The site's own page for 404.
    case ownPage
  }

  private let request: RequestHead
  private let path: RequestPath
  private let rules: SiteRules
  /// The time in seconds since 1970, or 0 while it is unknown.
  public var now: Int64
  private var stage: Stage
  private var isDirectory = false
  private var file: SiteFile?
  private var status = Status.ok
  private var result: Step?
  private let codings: AcceptedCodings
  /// What the path stands for; set once the step is `send`.
  public private(set) var resolution: Resolution?

  private static var ownPage: StaticString { "/404.html" }

  /// - Parameters:
  ///   - path: `RequestPath.nowhere` is answered with 404.
  ///   - now: seconds since 1970, or 0 if that is unknown.
  public init(
    _ request: RequestHead, _ path: RequestPath, _ rules: SiteRules, now: Int64 = 0
  ) {
    self.request = request
    self.path = path
    self.rules = rules
    self.now = now
    codings = AcceptedCodings(request)
    if path == .nowhere || rules.hides(path.bytes) {
      stage = .ownPage
    } else {
      stage = path.isDirectory ? .suffix(0) : .itself
    }
  }

  private static func suffix(_ index: Int) -> StaticString? {
    switch index {
    case 0: ".html"
    case 1: ".htm"
    case 2: ".xhtml"
    default: nil
    }
  }

  /// The next step. It stays the same until `record` is called, and for good once it is an answer.
  public func nextStep() -> Step {
    if let result { return result }
    switch stage {
    case .itself: return .examine(path.bytes)
    case .suffix(let index):
      var name = path.bytes
      if path.isDirectory { name.append("index") }
      if let suffix = Self.suffix(index) { name.append(suffix) }
      return .examine(name)
    case .neighbour(let coding):
      var name = file?.path ?? []
      name.append(coding.suffix)
      return .examine(name)
    case .ownPage: return .examine([UInt8](Self.ownPage))
    }
  }

  /// Records what was found by the path of the last `examine` step.
  public mutating func record(_ found: Found) {
    guard result == nil else { return }
    if case .failed(let status) = found {
      switch stage {
      case .neighbour: return send(coding: nil, nil)
      case .ownPage: return answer(.notFound)
      default: return answer(status)
      }
    }
    switch stage {
    case .itself:
      if case .file(let file) = found { return chooseCoding(of: file) }
      isDirectory = found == .directory
      stage = .suffix(0)
    case .suffix(let index):
      if case .file(let file) = found { return chooseCoding(of: file) }
      // The last try for a directory is `index` without a suffix. For other paths, the name without
      // a suffix was the first try.
      let last = path.isDirectory ? 3 : 2
      guard index == last else {
        stage = .suffix(index + 1)
        return
      }
      if isDirectory { redirect() } else { stage = .ownPage }
    case .neighbour(let coding):
      if case .file(let neighbour) = found { return send(coding: coding, neighbour) }
      if coding == codings.first, let other = codings.second {
        stage = .neighbour(other)
      } else {
        send(coding: nil, nil)
      }
    case .ownPage:
      guard case .file(let page) = found else { return answer(.notFound) }
      status = .notFound
      file = page
      send(coding: nil, nil)
    }
  }

  private mutating func chooseCoding(of found: SiteFile) {
    file = found
    if let coding = codings.first {
      stage = .neighbour(coding)
    } else {
      send(coding: nil, nil)
    }
  }

  private mutating func send(coding: ContentCoding?, _ neighbour: SiteFile?) {
    guard let file else { return answer(.notFound) }
    let sent = neighbour ?? file
    let resolution = Resolution(
      sent, path: file.path, coding: neighbour == nil ? nil : coding, status: status, rules)
    self.resolution = resolution
    result = .send(resolution.plan(for: request, now: now), path: sent.path)
  }

  /// 301 to the same path with a slash, and with the same query.
  private mutating func redirect() {
    var location: [UInt8] = []
    PercentDecoding.append(encoding: path.bytes.span, to: &location)
    location.append(0x2f)
    if let query = request.rawQuery {
      location.append(0x3f)
      location.append(contentsOf: query)
    }
    var head = ResponseHead(.movedPermanently)
    head.add("Location", location.span)
    result = .answer(head, body: [])
  }

  private mutating func answer(_ status: Status) {
    let body = status.text
    result = .answer(ResponseHead(text: status, length: UInt64(body.count)), body: body)
  }
}
