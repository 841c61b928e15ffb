// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import HTTP

/// A site of files behind a file system server, as a handler for a `Router`:
///
///     var router = Router()
///     router.get("/*path", site.handler)
///
/// What it answers is `SiteLookup`'s to say; files go out of buffers of the share, two reads ahead of
/// each client, and of one version each. What a path stands for is believed for `keepTime`; the content of small files stays
/// in the share as long as a look at the file finds it the same.
public final class StaticSite {
  let files: FileAccess
  /// The folder on the server, without a slash at its end.
  let folder: [UInt8]
  let rules: SiteRules
  private let dateNow: () -> Int64?
  private let keepTime: UInt64
  private var answers = KnownAnswers()
  // The latest that the server changed a file, in seconds since 1970: by its own clock, which nothing
  // else shows. It is not later than now, and too old for the Date field.
  private var latestChange: UInt64 = 0
  /// When the site's folder was seen last; nil where it never was.
  var folderSeenAt: UInt64?
  // When a server that has no word for missing files was last seen to be one, and to work.
  private var workedAt: UInt64?

  /// - Parameters:
  ///   - rules: what whoever runs the site has chosen.
  ///   - followsOutsideLinks: whether symbolic links are followed out of `folder`. That they are not is for the
  ///     file system's server to see to, and Serval's does (`FileCommand.confinementWord`).
  ///   - keepTime: nanoseconds; 0 looks at the files for each request.
  ///   - date: seconds since 1970; nil while that is not known.
  public init(
    _ files: FileAccess, folder: [UInt8] = [], rules: SiteRules = SiteRules(),
    followsOutsideLinks: Bool = false, keepTime: UInt64 = 2_000_000_000,
    date: @escaping () -> Int64? = { nil }
  ) {
    self.files = files
    self.rules = rules
    self.keepTime = keepTime
    var folder = folder
    while folder.last == 0x2f { folder.removeLast() }
    self.folder = folder
    if !followsOutsideLinks { files.confinement = folder }
    dateNow = date
  }

  /// Seconds since 1970: now, as far as it is known; 0 where nothing is.
  var date: Int64 { dateNow() ?? Int64(clamping: latestChange) }

  /// Hears when the server changed a file, in seconds since 1970 by its clock.
  func note(change: UInt64) { latestChange = max(latestChange, change) }

  public var handler: Router.Handler {
    { request in
      let codings = AcceptedCodings(request.head).key
      let known = self.fresh(request, codings)
      if let known, let answer = self.answer(known, request) { return answer }
      let exchange = SiteExchange(self, request, codings, known)
      return exchange.poll() ?? .wait { exchange.poll() }
    }
  }

  /// A path of the site as the file system's server has it.
  func wholePath(_ path: [UInt8]) -> [UInt8] {
    var whole = folder
    whole.append(copying: path.span)
    return whole
  }

  /// Whether the file system's server was found a moment before `now` to say `error` of missing files, and not to be
  /// in trouble.
  func errorMeansMissing(at now: UInt64) -> Bool {
    guard let workedAt else { return false }
    return now &- workedAt < 1_000_000_000
  }

  func noteErrorMeansMissing(at now: UInt64) { workedAt = now }

  /// Whether pages may be looked for: somebody has seen the site's folder.
  var hasFolder: Bool { folderSeenAt != nil }

  /// Whether the folder was seen for a request of `now`, or a short time before.
  func hasSeenFolder(at now: UInt64) -> Bool {
    guard let folderSeenAt else { return false }
    return now &- folderSeenAt <= keepTime || folderSeenAt > now
  }

  // MARK: What is known

  private func fresh(_ request: Request, _ codings: UInt8) -> KnownAnswer? {
    guard keepTime > 0, let known = answers.find(request.path.bytes, codings),
      request.now < known.until
    else { return nil }
    return known
  }

  /// An answer that needs no file to be looked at or opened; nil where one does.
  private func answer(_ known: KnownAnswer, _ request: Request) -> Answer? {
    switch known.outcome {
    case .other(let head, let body):
      // A redirection repeats what was asked behind the path.
      guard request.head.rawQuery == nil else { return nil }
      return .respond(Response(head, body: body.isEmpty ? .none : .bytes(body)))
    case .file:
      guard !files.isBroken, let plan = known.plan(for: request.head, now: date) else { return nil }
      return answer(known, plan, request)
    }
  }

  /// A head alone, or with a body that is held; nil where the file has to be read.
  func answer(_ known: KnownAnswer, _ plan: FilePlan, _ request: Request) -> Answer? {
    if request.method == .head || plan.pieces.isEmpty {
      return .respond(Response(plan.head, body: .none))
    }
    guard let content = known.content else { return nil }
    let reader = FileReader(files, request.connection, known, content, plan.pieces)
    return .respond(Response(plan.head, body: .source(reader)))
  }

  /// Notes what a request has come to.
  func note(_ request: Request, _ codings: UInt8, _ outcome: KnownAnswer.Outcome) {
    guard keepTime > 0, case .other(let head, _) = outcome,
      head.status == .notFound || head.status == .movedPermanently, request.head.rawQuery == nil
    else { return }
    answers.insert(
      KnownAnswer(request.path.bytes, codings, outcome, until: request.now &+ keepTime))
  }

  func note(
    _ request: Request, _ codings: UInt8, _ resolution: SiteLookup.Resolution, _ plan: FilePlan
  ) -> KnownAnswer {
    let path = request.path.bytes
    let until = request.now &+ keepTime
    if let known = answers.find(path, codings), known.isSame(as: resolution) {
      known.until = max(known.until, until)
      return known
    }
    let head = plan.isWhole ? plan.head : resolution.head(for: request.head)
    let known = KnownAnswer(path, codings, .file(resolution, head), until: until)
    if keepTime > 0 { answers.insert(known) }
    return known
  }
}
