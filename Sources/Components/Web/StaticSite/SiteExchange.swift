// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import HTTP
import Rings

/// A request to a static site that needs commands to the file system server: examines files until
/// `SiteLookup` knows what to send, opens that file and reads its first bytes.
///
/// The attributes of the open file decide what the response says, not those found earlier by its
/// name: another file may have that name by now.
final class SiteExchange {
  enum Stage {
    /// Examining files by their names.
    case lookingUp
    /// `known` and `plan` are set; opening the file.
    case opening
    /// Asking for the open file's attributes.
    case examining(OpenFile)
    /// Waiting for the first bytes: until they arrive, the request can still get another response.
    case reading(FileBody)
  }

  /// How far it is clear what the server means by `error`, which some servers also answer for missing
  /// files. Each case is a question under way.
  enum Doubt {
    case none
    /// What does the server answer for a file that is certainly missing?
    case aboutMissingFiles
    /// Does the server work at all?
    case aboutServer
  }

  /// What a stage came to.
  enum Step {
    case answer(Answer)
    /// A command is under way, or there was no room for it.
    case wait
    case proceed
  }

  let site: StaticSite
  let files: FileAccess
  let request: Request
  /// `AcceptedCodings.key`.
  let codings: UInt8
  var lookup: SiteLookup
  var stage = Stage.lookingUp
  /// What the path stands for, and the response; nil while looking up.
  var known: KnownAnswer?
  var plan: FilePlan?
  /// The command under way.
  private var ticket: FileTicket?
  /// The command under way is about the site's folder.
  var isCheckingFolder = false
  var doubt = Doubt.none
  private(set) var restarts = 0
  private let failuresBefore: UInt64

  /// How often to start over for a file that changes faster than it can be opened.
  private static var restartLimit: Int { 5 }

  /// - Parameter known: a remembered answer, for which the file has to be opened.
  init(_ site: StaticSite, _ request: Request, _ codings: UInt8, _ known: KnownAnswer?) {
    self.site = site
    files = site.files
    self.request = request
    self.codings = codings
    lookup = SiteLookup(request.head, request.path, site.rules, now: site.date)
    failuresBefore = files.failures
    if let known { use(known) }
  }

  deinit { if let ticket { files.abandon(ticket) } }

  /// Carries the request on as far as it can go now. Returns the answer once there is one.
  func poll() -> Answer? {
    while true {
      if files.isBroken { return .status(.badGateway) }
      guard files.state == .ready else {
        if files.failures != failuresBefore { return .status(.serviceUnavailable) }
        files.start()
        files.want(request.connection)
        return nil
      }
      let step = site.hasFolder && !isCheckingFolder ? advance() : checkFolder()
      switch step {
      case .answer(let answer): return answer
      case .wait: if !files.isBroken { return nil }
      case .proceed: break
      }
    }
  }

  private func advance() -> Step {
    switch stage {
    case .lookingUp: return lookUp()
    case .opening:
      guard let known, let plan else { return startOver() }
      // Another request may have read the file meanwhile.
      if let answer = site.answerWithoutReading(known, plan, request) { return .answer(answer) }
      return open(known)
    case .examining(let file): return examine(file)
    case .reading(let body): return awaitFirstBytes(of: body)
    }
  }

  /// Continues with the file that the path refers to.
  func use(_ known: KnownAnswer) {
    self.known = known
    plan = known.plan(for: request.head, now: site.date)
    stage = plan == nil ? .lookingUp : .opening
  }

  // MARK: Commands

  /// Sends a command about a path if none is under way. Returns the result of the command, or nil
  /// while there is none.
  func result(
    _ path: [UInt8], opens: FileTicket.Opens = .nothing,
    _ command: (ShareBuffer, ShareBuffer) -> FileCommand
  ) -> (status: FileStatus, value: UInt64, ticket: FileTicket)? {
    resultOfCommand { files.send(path, for: request.connection, opens: opens, command) }
  }

  /// Sends a command with `send` if none is under way; `send` returns nil if there is no room. Returns
  /// the result of the command, or nil while there is none.
  func resultOfCommand(
    _ send: () -> FileTicket?
  ) -> (status: FileStatus, value: UInt64, ticket: FileTicket)? {
    guard let ticket else {
      ticket = send()
      return nil
    }
    guard case .done(let status, let value) = ticket.state else { return nil }
    self.ticket = nil
    return (status, value, ticket)
  }

  /// Whether a command was sent whose result has not been taken.
  var hasCommand: Bool { ticket != nil }

  // MARK: Failures

  /// Looks the path up again, because the earlier result is outdated.
  func startOver() -> Step {
    known?.invalidate()
    (known, plan, stage) = (nil, nil, .lookingUp)
    lookup = SiteLookup(request.head, request.path, site.rules, now: site.date)
    return countRestart()
  }

  /// 503 after too many attempts.
  func countRestart() -> Step {
    restarts += 1
    return restarts <= Self.restartLimit ? .proceed : .answer(.status(.serviceUnavailable))
  }

  /// Answers a failed command about a file that exists.
  func fail(_ status: FileStatus) -> Step {
    switch status.meaning {
    case .missing, .gone: return startOver()
    case .failed(let answer):
      known?.invalidate()
      if answer != .forbidden { files.report(.file(status)) }
      return .answer(.status(answer))
    }
  }
}
