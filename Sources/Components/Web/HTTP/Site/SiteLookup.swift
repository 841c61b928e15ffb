// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Finds what a path of a static site stands for, as LionsOS's web server does: index files of
/// directories, names without `.html`, `.htm` or `.xhtml`, directories asked for without their
/// slash. Beyond that: neighbours compressed beforehand, and the site's own page for 404.
///
/// It does no I/O: `next` says which file to look at, `take` hears what it is.
public struct SiteLookup: Sendable {
  public enum Found: Equatable, Sendable {
    case file(SiteFile)
    case directory
    /// Nothing by that name.
    case nothing
    /// No telling; the status says why.
    case failed(Status)
  }

  public enum Step: Sendable {
    /// Look at the file of this path, and `take` what it is.
    case look([UInt8])
    case send(FilePlan, path: [UInt8])
    /// Without a file: a redirection, or an error.
    case answer(ResponseHead, body: [UInt8])
  }

  private enum Stage: Equatable, Sendable {
    case itself
    /// With one of the suffixes on.
    case suffix(Int)
    case neighbour(ContentCoding)
    case ownPage
  }

  /// What is to be sent, whatever conditions and ranges make of it.
  public struct Resolution: Equatable, Sendable {
    public private(set) var file: SiteFile
    /// The path of the file before it was compressed.
    let path: [UInt8]
    /// Of the file before it was compressed.
    public let type: StaticString
    let cacheLine: [UInt8]
    public let coding: ContentCoding?
    /// 200, or 404 for a site's own page.
    public let status: Status

    init(
      _ file: SiteFile, path: [UInt8], coding: ContentCoding?, status: Status, _ rules: SiteRules
    ) {
      self.file = file
      self.path = path
      self.coding = coding
      self.status = status
      type = ContentType.of(fileExtension: RequestPath.fileExtension(of: path))
      cacheLine = rules.freshness.line(path: path, type: type)
    }

    /// The rest follows from these.
    public static func == (left: Resolution, right: Resolution) -> Bool {
      left.file == right.file && left.path == right.path && left.coding == right.coding
        && left.status == right.status
    }

    /// The same for another version of the file.
    public func replacing(_ file: SiteFile) -> Resolution {
      var other = self
      other.file = file
      return other
    }

    /// The head to those who want the whole without conditions.
    public func head(for request: RequestHead) -> ResponseHead {
      var plain = request
      plain.hasConditions = false
      return plan(for: plain).head
    }

    /// - Parameter now: seconds since 1970, or 0 where that is not known.
    public func plan(for request: RequestHead, now: Int64 = 0) -> FilePlan {
      FilePlan(
        file, type: type, cacheLine: cacheLine, coding: coding, status: status, hasVariants: true,
        for: request, now: now)
    }
  }

  private let request: RequestHead
  private let path: RequestPath
  private let rules: SiteRules
  /// Seconds since 1970, or 0 where that is not known.
  public var now: Int64
  private var stage: Stage
  private var isDirectory = false
  private var file: SiteFile?
  private var status = Status.ok
  private var result: Step?
  private let codings: AcceptedCodings
  /// Once the step is `send`.
  public private(set) var resolution: Resolution?

  private static var ownPage: StaticString { "/404.html" }

  /// - Parameters:
  ///   - path: `RequestPath.nowhere` for the site's own page and 404.
  ///   - now: seconds since 1970, or 0 where that is not known.
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

  public func next() -> Step {
    if let result { return result }
    switch stage {
    case .itself: return .look(path.bytes)
    case .suffix(let index):
      var name = path.bytes
      if path.isDirectory { name.append("index") }
      if let suffix = Self.suffix(index) { name.append(suffix) }
      return .look(name)
    case .neighbour(let coding):
      var name = file?.path ?? []
      name.append(coding.suffix)
      return .look(name)
    case .ownPage: return .look([UInt8](Self.ownPage))
    }
  }

  /// Hears what the path of the last `next` is.
  public mutating func take(_ found: Found) {
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
      if case .file(let file) = found { return haveFile(file) }
      isDirectory = found == .directory
      stage = .suffix(0)
    case .suffix(let index):
      if case .file(let file) = found { return haveFile(file) }
      // A directory's index may have no suffix at all; another name had its turn already.
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

  private mutating func haveFile(_ found: SiteFile) {
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

  /// 301 to the same path with a slash; what was asked behind it stays.
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
    let body = Self.text(status)
    var head = ResponseHead(status, length: .known(UInt64(body.count)))
    head.add("Content-Type", ContentType.plain)
    result = .answer(head, body: body)
  }

  static func text(_ status: Status) -> [UInt8] {
    var text: [UInt8] = []
    text.append(decimal: UInt64(status.code))
    text.append(0x20)
    text.append(status.phrase)
    text.append(0x0a)
    return text
  }
}
