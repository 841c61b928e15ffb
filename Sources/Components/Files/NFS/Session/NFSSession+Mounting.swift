// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ONCRPC
import Time
import XDR

extension NFSSession {
  /// Handles a reply from the port mapper or the MOUNT service.
  mutating func handleSetupReply(_ answer: RPCClient.Answer, _ now: Instant) {
    guard answer.reply.outcome == .success else {
      return fail(Trouble(answer.reply.outcome) ?? .malformed, now)
    }
    do throws(XDRError) {
      switch step {
      case .portmap: try handlePortReply(answer, now)
      case .mount: try handleMountReply(answer, now)
      case .files: break
      }
    } catch {
      fail(.malformed, now)
    }
  }

  private mutating func handlePortReply(_ answer: RPCClient.Answer, _ now: Instant) throws(XDRError)
  {
    let isMount = answer.tag == Self.mountPortTag
    guard let port = try Portmap.readPort(answer.reply.results) else {
      return fail(
        .notRegistered(program: isMount ? Mount.program : NFSCall.program), now)
    }
    if isMount { mountPort = port } else { filesPort = port }
    if filesPort != nil, mountPort != nil { advance(to: .mount, now) }
  }

  private mutating func handleMountReply(_ answer: RPCClient.Answer, _ now: Instant)
    throws(XDRError)
  {
    switch try Mount.readMount(answer.reply.results) {
    case .refused(let status): fail(.mountRefused(status), now)
    case .mounted(let bytes, let takesSystemCredentials):
      guard takesSystemCredentials || settings.credentials == .none else {
        return fail(.credentialsRefused, now)
      }
      guard let handle = FileHandle(bytes) else { return fail(.malformed, now) }
      root = handle
      trouble = nil
      isServing = false
      information = nil
      counters.mounts &+= 1
      generation &+= 1
      advance(to: .files, now)
    }
  }

  /// Closes the connection and moves on to the next step, which opens its own.
  private mutating func advance(to next: Step, _ now: Instant) {
    setup.disconnected(now: now)
    setup.cancelAll()
    step = next
    mustDisconnect = true
    link = .down(until: now)
  }

  /// Gives up the current attempt. The next one follows after a pause, which grows with each failure from
  /// `firstRetryTime` up to `lastRetryTime`.
  mutating func fail(_ trouble: Trouble, _ now: Instant) {
    switch link {
    case .down: break
    case .connecting, .up: mustDisconnect = true
    }
    self.trouble = trouble
    if trouble.isRefusal { refusals &+= 1 }
    setup.disconnected(now: now)
    setup.cancelAll()
    files.disconnected(now: now)
    failures = min(failures + 1, 30)
    if step != .files || failures >= settings.reconnectLimit { startOver() }
    let pause = settings.firstRetryTime.doubled(max(failures, 2) - 1, limit: settings.lastRetryTime)
    link = .down(until: now + pause)
  }

  private mutating func startOver() {
    filesPort = settings.filesPort
    mountPort = settings.mountPort
    step = filesPort == nil || mountPort == nil ? .portmap : .mount
  }

  /// Mounts the export again, because the server no longer knows the root's handle.
  public mutating func remount(now: Instant) {
    guard isReady else { return }
    root = nil
    fail(.unreachable, now)
    startOver()
  }

  /// Resets the failure count after any reply. A refusal of the root stays until a call succeeds.
  mutating func serverAnswered() {
    failures = 0
    if case .rootRefused = trouble { return }
    trouble = nil
  }

  /// Marks the session as serving, after a call to a mounted file has succeeded.
  mutating func serves() {
    isServing = true
    trouble = nil
  }
}

extension NFSSession.Trouble {
  /// The trouble that an RPC refusal stands for; nil if it concerns only the one call.
  init?(_ outcome: RPCReply.Outcome) {
    switch outcome {
    case .authenticationError(let reason): self = .callerRefused(reason)
    case .programUnavailable, .versionMismatch, .rpcMismatch: self = .noSuchProgram
    case .success, .procedureUnavailable, .garbageArguments, .systemError: return nil
    }
  }
}
