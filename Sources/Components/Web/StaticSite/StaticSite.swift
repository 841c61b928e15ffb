// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import HTTP
import Time

/// A site of files on a file system server. Its `answer` is a handler for a `Router`:
///
///     var router = Router()
///     router.get("/*path", site.answer)
///     router.notFound(site.answer)
///
/// `SiteLookup` decides what a path stands for. A body is sent from buffers of the share, up to two
/// for each client, and always comes from one version of the file. What a path stands for is remembered
/// for `keepTime`. The content of small files stays in the share for as long as the server reports
/// the same version.
public final class StaticSite {
  let files: FileAccess
  /// The site's folder on the server, without a slash at the end.
  let folder: [UInt8]
  let rules: SiteRules
  private let dateNow: () -> Int64?
  private let keepTime: Interval
  private var answers = KnownAnswers()
  // The latest time at which the server changed a file, in seconds since 1970. Only this shows the
  // server's clock. It is not later than now, and not recent enough for the Date field.
  private var latestChange: UInt64 = 0
  /// When the site's folder was found last; nil if it never was.
  var folderSeenAt: Instant?
  // When the server, which has no status for missing files, last proved to answer `error` for a
  // missing file and to work otherwise.
  private var errorMeantMissingAt: Instant?

  /// A site whose files `files` gets.
  ///
  /// - Parameters:
  ///   - folder: the site's folder on the server.
  ///   - rules: what the site's operator has chosen.
  ///   - followsOutsideLinks: whether symbolic links may lead out of `folder`. If not, the server has
  ///     to see to it; Serval's does (`FileCommand.confinementWord`).
  ///   - keepTime: how long answers are remembered; zero examines the files for each
  ///     request.
  ///   - date: seconds since 1970, or nil while that is unknown.
  public init(
    _ files: FileAccess, folder: [UInt8] = [], rules: SiteRules = SiteRules(),
    followsOutsideLinks: Bool = false, keepTime: Interval = .seconds(2),
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

  /// Answers a request: at once if the answer is remembered, and after commands to the server
  /// otherwise.
  @_optimize(speed)
  public func answer(_ request: Request) -> Answer {
    let codings = AcceptedCodings(request.head).key
    let known = freshAnswer(request, codings)
    if !request.head.hasConditions, request.method != .head, !files.isBroken,
      let response = known?.whole
    {
      return .respond(response)
    }
    if let known, let answer = answerAtOnce(known, request) { return answer }
    let exchange = SiteExchange(self, request, codings, known)
    return exchange.poll() ?? .wait { exchange.poll() }
  }

  // MARK: Remembered answers

  private func freshAnswer(_ request: Request, _ codings: UInt8) -> KnownAnswer? {
    guard keepTime > .zero, let known = answers.find(request.path.bytes, codings),
      request.now < known.until
    else { return nil }
    return known
  }

  /// The response, if no file has to be examined or read for it.
  private func answerAtOnce(_ known: KnownAnswer, _ request: Request) -> Answer? {
    switch known.outcome {
    case .other(let head, let body):
      // A redirection repeats the query.
      guard request.head.rawQuery == nil else { return nil }
      return .respond(Response(head, body: body.isEmpty ? .none : .bytes(body)))
    case .file:
      guard !files.isBroken, let plan = known.plan(for: request.head, now: date) else { return nil }
      return answerWithoutReading(known, plan, request)
    }
  }

  /// The response, if it is a head alone or its body is kept in the share.
  func answerWithoutReading(
    _ known: KnownAnswer, _ plan: FilePlan, _ request: Request
  ) -> Answer? {
    if request.method == .head || plan.pieces.isEmpty {
      return .respond(Response(plan.head, body: .none))
    }
    guard let content = known.content else { return nil }
    let body = FileBody(files, request.connection, known, content, plan.pieces)
    return .respond(Response(plan.head, body: .source(body)))
  }

  /// Remembers a 404 or a redirection. Others, and those that depend on a query, are not remembered.
  func remember(_ request: Request, _ codings: UInt8, _ head: ResponseHead, body: [UInt8]) {
    guard keepTime > .zero, head.status == .notFound || head.status == .movedPermanently,
      request.head.rawQuery == nil
    else { return }
    answers.insert(
      KnownAnswer(
        request.path.bytes, codings, .other(head, body), until: request.now + keepTime))
  }

  /// Remembers which file a request stands for. Keeps the earlier answer, with its file or content,
  /// if the file's version is still the same.
  ///
  /// - Parameter plan: the response to this request.
  func remember(
    _ request: Request, _ codings: UInt8, _ resolution: SiteLookup.Resolution, _ plan: FilePlan
  ) -> KnownAnswer {
    let path = request.path.bytes
    let until = request.now + keepTime
    if let known = answers.find(path, codings), known.isSame(as: resolution) {
      known.until = max(known.until, until)
      return known
    }
    let head = plan.isWhole ? plan.head : resolution.head(for: request.head)
    let known = KnownAnswer(path, codings, .file(resolution, head), until: until)
    if keepTime > .zero { answers.insert(known) }
    return known
  }

  // MARK: Time and folder

  /// The time in seconds since 1970, as far as it is known; 0 if nothing is known.
  var date: Int64 { dateNow() ?? Int64(clamping: latestChange) }

  /// Records when the server changed a file, in seconds since 1970 by its clock.
  func recordChange(at seconds: UInt64) { latestChange = max(latestChange, seconds) }

  /// A path of the site as a path on the server.
  func wholePath(_ path: [UInt8]) -> [UInt8] {
    var whole = folder
    whole.append(copying: path.span)
    return whole
  }

  /// Whether the site's folder has been found, so that its files can be examined.
  var hasFolder: Bool { folderSeenAt != nil }

  /// Whether the folder was found at `now`, or up to `keepTime` before.
  func hasSeenFolder(at now: Instant) -> Bool {
    guard let folderSeenAt else { return false }
    return now - folderSeenAt <= keepTime
  }

  // MARK: Servers without a status for missing files

  /// Whether the server's `error` was found to mean a missing file up to a second before `now`.
  func errorMeansMissing(at now: Instant) -> Bool {
    guard let errorMeantMissingAt else { return false }
    return now - errorMeantMissingAt < .seconds(1)
  }

  /// Records that the server's `error` means a missing file.
  func recordErrorMeansMissing(at now: Instant) { errorMeantMissingAt = now }

  #if !hasFeature(Embedded)
    /// For tests: nil, or what is wrong with the remembered answers.
    public func checkInvariants() -> String? { answers.checkInvariants() }
  #endif
}
