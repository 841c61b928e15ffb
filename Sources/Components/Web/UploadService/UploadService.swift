// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import EmbeddedFiles
import HTTP
import Time

/// Web service: files in, a zip archive out. Neither the files nor the archive are ever held whole.
///
/// | request | answer |
/// |---|---|
/// | GET /, /style.css, /archiver.js | the page with the form |
/// | POST /upload | the archive, while the files arrive; for a browser that does not read meanwhile, afterwards |
/// | POST /archives | 201 with the address of an archive, which can be used once |
/// | GET and POST of that address | the archive, and the files for it, on two connections |
public final class UploadService {
  let limits: UploadLimits
  let places: Places
  let spool: MemoryBudget
  private let transfers: TransferTable
  private let date: (Instant) -> Int64?

  /// A service without uploads.
  ///
  /// - Parameter date: the time of the entries in archives, in seconds since 1970, at a time of the server's clock; nil if it is
  ///   unknown. Then the entries have the first time that an archive can say: 1980-01-01.
  public init(
    _ limits: UploadLimits = UploadLimits(), date: @escaping (Instant) -> Int64? = { _ in nil }
  ) {
    self.limits = limits
    self.date = date
    places = Places(limits)
    spool = MemoryBudget(limits.spoolMemory)
    transfers = TransferTable(limits)
  }

  /// Archives that are being made.
  public var uploadCount: Int { places.count }
  /// Archives in memory.
  public var archiveCount: Int { places.archiveCount }

  /// The routes of the service.
  public var routes: Router {
    var router = Router()
    // Other sites cannot read what comes of it, but could take places.
    router.before { request in
      request.method == .post && request.head.lists("Sec-Fetch-Site", "cross-site")
        ? .status(.forbidden) : nil
    }
    router.get("/") { Self.page(Files.index_html, $0) }
    router.get("/style.css") { Self.page(Files.style_css, $0) }
    router.get("/archiver.js") { Self.page(Files.archiver_js, $0) }
    router.post("/upload") { self.upload($0) }
    router.post("/archives") { self.addTransfer($0) }
    router.get("/archives/:token") { self.download($0, $1) }
    router.post("/archives/:token") { self.upload($0, for: $1) }
    return router
  }

  // MARK: One connection

  private func upload(_ request: Request) -> Answer {
    let isPage = Self.isNavigation(request)
    do throws(UploadProblem) {
      let form = try self.form(of: request)
      guard let place = places.take(request.now) else { throw .busy }
      return isPage
        ? SpooledUpload(self, form, place).answer
        : StreamedUpload(UploadArchive(form, self), place).answer
    } catch {
      return isPage ? SpooledUpload(self, error).answer : Reply(error, isPage: false).answer
    }
  }

  /// Whether a browser shows the answer in place of the page. It then sends the whole request before it reads.
  private static func isNavigation(_ request: Request) -> Bool {
    request.head.lists("Accept", "text/html") || request.head.lists("Sec-Fetch-Mode", "navigate")
  }

  func form(of request: Request) throws(UploadProblem) -> UploadForm {
    try UploadForm(request.head, date: date(request.now))
  }

  // MARK: Two connections

  private func addTransfer(_ request: Request) -> Answer {
    guard places.hasRoom(request.now) else { return Reply(.busy, isPage: false).answer }
    let token = transfers.add(self, request.now)
    var head = ResponseHead(.created, length: .known(0))
    var location: [UInt8] = []
    location.append("/archives/")
    location.append(copying: token.text.span)
    head.add("Location", location.span)
    head.add("Cache-Control", "no-store")
    return .respond(Response(head, body: .none))
  }

  private func download(_ request: Request, _ token: [UInt8]) -> Answer {
    guard let transfer = transfers.claim(token, .download, request) else {
      return Reply(.unknownToken, isPage: false).answer
    }
    if request.method == .head { return .respond(Response(Self.archiveHead(), body: .none)) }
    return transfer.download(request.now)
  }

  private func upload(_ request: Request, for token: [UInt8]) -> Answer {
    guard let transfer = transfers.claim(token, .upload, request) else {
      return Reply(.unknownToken, isPage: false).answer
    }
    return transfer.upload(request)
  }

  // MARK: Heads

  /// The head of an archive.
  static func archiveHead(length: ResponseHead.BodyLength = .unknown) -> ResponseHead {
    var head = ResponseHead(.ok, length: length)
    head.add("Content-Type", "application/zip")
    head.add("Content-Disposition", "attachment; filename=\"archive.zip\"")
    head.add("Cache-Control", "no-store")
    addSafety(to: &head)
    return head
  }

  private static func page(_ file: EmbeddedFile, _ request: Request) -> Answer {
    file.answer(request).changingHead { addSafety(to: &$0) }
  }

  /// What a page of the service may do, which is little.
  static func addSafety(to head: inout ResponseHead) {
    head.add(
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
    )
    head.add("X-Content-Type-Options", "nosniff")
    head.add("Referrer-Policy", "no-referrer")
  }
}
