// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ONCRPC
import XDR

extension NFSSession {
  /// An answer of the port mapper or of MOUNT.
  mutating func handleSetupReply(_ answer: RPCClient.Answer, _ now: UInt64) {
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

  private mutating func handlePortReply(_ answer: RPCClient.Answer, _ now: UInt64) throws(XDRError)
  {
    let isMount = answer.tag == Self.mountPortTag
    guard let port = try Portmap.readPort(answer.reply.results) else {
      return fail(
        .notRegistered(program: isMount ? Mount.program : NFSCall.program), now)
    }
    if isMount { mountPort = port } else { filesPort = port }
    if filesPort != nil, mountPort != nil { advance(to: .mount, now) }
  }

  private mutating func handleMountReply(_ answer: RPCClient.Answer, _ now: UInt64) throws(XDRError)
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

  /// The next step has a connection of its own.
  private mutating func advance(to next: Step, _ now: UInt64) {
    setup.disconnected()
    setup.cancelAll()
    step = next
    mustDisconnect = true
    link = .down(until: now)
  }

  /// This attempt came to nothing; the next one is made after a while.
  mutating func fail(_ trouble: Trouble, _ now: UInt64) {
    switch link {
    case .down: break
    case .connecting, .up: mustDisconnect = true
    }
    self.trouble = trouble
    if trouble.isRefusal { refusals &+= 1 }
    setup.disconnected()
    setup.cancelAll()
    files.disconnected()
    failures = min(failures + 1, 30)
    if step != .files || failures >= settings.reconnectLimit { startOver() }
    var pause = settings.firstRetryTime
    for _ in 1..<max(failures, 2) where pause < settings.lastRetryTime { pause &*= 2 }
    link = .down(until: now &+ min(pause, settings.lastRetryTime))
  }

  private mutating func startOver() {
    filesPort = settings.filesPort
    mountPort = settings.mountPort
    step = filesPort == nil || mountPort == nil ? .portmap : .mount
  }

  /// The server does not know the root any more: mounts anew.
  public mutating func remount(now: UInt64) {
    guard isReady else { return }
    root = nil
    fail(.unreachable, now)
    startOver()
  }

  /// What an answer to a call shows about the server.
  mutating func serverAnswered() {
    failures = 0
    if case .rootRefused = trouble { return }
    trouble = nil
  }

  /// A call to the mounted files has succeeded.
  mutating func serves() {
    isServing = true
    trouble = nil
  }
}

extension NFSSession.Trouble {
  /// What a server's refusal of a call means; nil where it is about that call alone.
  init?(_ outcome: RPCReply.Outcome) {
    switch outcome {
    case .authenticationError(let reason): self = .callerRefused(reason)
    case .programUnavailable, .versionMismatch, .rpcMismatch: self = .noSuchProgram
    case .success, .procedureUnavailable, .garbageArguments, .systemError: return nil
    }
  }
}
