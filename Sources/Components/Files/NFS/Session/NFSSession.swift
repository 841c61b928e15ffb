// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ONCRPC
import Streams
import Time
import XDR

/// A session with an NFS server: asks the port mapper, mounts the export, connects, and repeats this when the server or
/// the connection is lost. Calls that were waiting are sent after it is back.
///
/// The session uses one TCP connection at a time. The user does what `nextAction` says, and reports events of the
/// connection that was requested last only.
public struct NFSSession: StreamClient, Sendable {
  /// Why the export cannot be used.
  public enum Trouble: Equatable, Sendable {
    /// No connection, or it was lost.
    case unreachable
    /// The server did not answer in time while mounting.
    case silent
    /// The program is not registered with the port mapper.
    case notRegistered(program: UInt32)
    /// `mountstat3`: 2 is no such directory, 13 access denied.
    case mountRefused(UInt32)
    /// The export wants other credentials than AUTH_SYS (RFC 1813 appendix I, `auth_flavors`).
    case credentialsRefused
    /// The server rejects our credentials, address or port: `auth_stat` (RFC 5531 section 9).
    case callerRefused(UInt32)
    /// NFS version 3 or MOUNT version 3 is not available on the port.
    case noSuchProgram
    /// The export was mounted, but calls to its root are refused with this status.
    case rootRefused(NFSStatus)
    /// A reply was malformed.
    case malformed

    /// Whether the server refused, so that it will probably refuse the next attempt too.
    var isRefusal: Bool {
      switch self {
      case .unreachable, .silent, .malformed: false
      default: true
      }
    }
  }

  /// Statistics since the start.
  public struct Counters: Equatable, Sendable {
    /// Established connections.
    public var connections: UInt64 = 0
    /// Successful mounts.
    public var mounts: UInt64 = 0
  }

  enum Step: Equatable, Sendable { case portmap, mount, files }

  enum Link: Equatable, Sendable {
    /// No attempt to connect before this time.
    case down(until: Instant)
    case connecting(since: Instant)
    case up(since: Instant)
  }

  let settings: SessionSettings
  var step: Step
  var link = Link.down(until: .never)
  // Calls of the port mapper and MOUNT; only while `step` is not `files`.
  var setup: RPCClient
  var files: RPCClient
  var filesPort: UInt16?
  var mountPort: UInt16?
  var failures = 0
  var mustDisconnect = false
  private var localPort: UInt16 = 1023

  /// Handle of the export's root; kept while the server is away.
  public internal(set) var root: FileHandle?
  /// Results of FSINFO; nil until the server has sent them.
  public internal(set) var information: FileSystemInformation?
  /// The last trouble; nil after a call has succeeded.
  public internal(set) var trouble: Trouble?
  /// Statistics since the start.
  public internal(set) var counters = Counters()
  /// Attempts to mount that were refused.
  var refusals: UInt64 = 0
  /// Whether a call to the mounted export has succeeded.
  public internal(set) var isServing = false
  /// Incremented by each mount, after which older handles may be invalid.
  public internal(set) var generation: UInt64 = 0

  // Tags of the session's own calls; no procedure number yields them.
  static var ownTag: UInt64 { .max }
  static var mountPortTag: UInt64 { .max - 1 }

  /// A session that is not started.
  public init(_ settings: SessionSettings) {
    self.settings = settings
    filesPort = settings.filesPort
    mountPort = settings.mountPort
    var setupSettings = RPCClient.Settings()
    setupSettings.recordLimit = 4096
    setup = RPCClient(setupSettings, firstXID: settings.firstXID)
    var fileSettings = RPCClient.Settings()
    fileSettings.callLimit = settings.callLimit
    fileSettings.recordLimit = settings.recordLimit
    files = RPCClient(fileSettings, firstXID: settings.firstXID ^ 0x8000_0000)
    step = filesPort == nil || mountPort == nil ? .portmap : .mount
  }

  /// Starts to connect. A pause between attempts is not cut short.
  public mutating func start(now: Instant) {
    if link == .down(until: .never) { link = .down(until: now) }
  }

  /// Whether calls are sent at once.
  public var isReady: Bool {
    if step == .files, case .up = link { return root != nil }
    return false
  }

  // MARK: The transport

  /// What to do with the connection now; call it after each event until it returns nil.
  public mutating func nextAction(now: Instant) -> StreamAction? {
    if mustDisconnect {
      mustDisconnect = false
      return .disconnect
    }
    guard case .down(let until) = link, now >= until, until != .never else { return nil }
    let port: UInt16
    switch step {
    case .portmap: port = Portmap.port
    case .mount: port = mountPort ?? Portmap.port
    case .files: port = filesPort ?? Portmap.port
    }
    link = .connecting(since: now)
    // Many servers accept only ports below 1024.
    localPort = localPort <= 700 ? 1023 : localPort - 1
    return .connect(port: port, localPort: localPort)
  }

  /// The connection that was asked for last is established.
  public mutating func connected(now: Instant) {
    guard case .connecting = link else { return }
    link = .up(since: now)
    counters.connections &+= 1
    switch step {
    case .portmap:
      setup.cancelAll()
      setup.connected(now: now)
      askForPorts(now)
    case .mount:
      setup.cancelAll()
      setup.connected(now: now)
      let path = settings.exportPath
      _ = setup.call(Mount.mount, settings.credentials, tag: Self.ownTag, now: now) { writer in
        Mount.writePath(path, to: &writer)
      }
    case .files:
      if information == nil, let root {
        files.cancel { $0 == Self.ownTag }
        _ = files.call(
          NFSProcedure.fileSystemInformation.procedure, settings.credentials, tag: Self.ownTag,
          now: now
        ) { writer in NFSCall.fileSystemInformation(root).write(to: &writer) }
      }
      files.connected(now: now)
    }
  }

  private mutating func askForPorts(_ now: Instant) {
    if filesPort == nil {
      _ = setup.call(Portmap.getPort, .none, tag: Self.ownTag, now: now) { writer in
        Portmap.writeGetPort(program: NFSCall.program, version: NFSCall.version, to: &writer)
      }
    }
    if mountPort == nil {
      _ = setup.call(Portmap.getPort, .none, tag: Self.mountPortTag, now: now) { writer in
        Portmap.writeGetPort(program: Mount.program, version: Mount.version, to: &writer)
      }
    }
  }

  /// The connection was closed or reset, or could not be established.
  public mutating func disconnected(now: Instant) {
    switch link {
    case .down: break
    case .connecting, .up: fail(.unreachable, now)
    }
  }

  /// Bytes to be sent.
  public var outputCount: Int { step == .files ? files.outputCount : setup.outputCount }

  /// Lends the bytes to be sent.
  public func withOutput<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    step == .files ? files.withOutput(body) : setup.withOutput(body)
  }

  /// Removes `count` bytes that were sent from the output.
  public mutating func sent(_ count: Int) {
    if step == .files { files.sent(count) } else { setup.sent(count) }
  }

  /// Processes received bytes up to the end of a record. Call `nextAnswer` before passing the rest.
  ///
  /// - Returns: the number of bytes processed.
  public mutating func receive(_ bytes: Span<UInt8>, now: Instant) -> Int {
    guard case .up = link else { return bytes.count }
    if step == .files {
      let count = files.receive(bytes, now: now)
      if files.isBroken { fail(.malformed, now) }
      return count
    }
    let count = setup.receive(bytes, now: now)
    if let answer = setup.nextAnswer() { handleSetupReply(answer, now) }
    if setup.isBroken { fail(.malformed, now) }
    return count
  }

  // MARK: Time

  /// When to call `timePassed`; `never` for never.
  public var deadline: Instant {
    switch link {
    case .down(let until): return until
    case .connecting(let since): return since + settings.stepTime
    case .up(let since):
      return step == .files ? files.deadline : since + settings.stepTime
    }
  }

  /// Handles timeouts; call it at `deadline`.
  public mutating func timePassed(now: Instant) {
    guard now >= deadline else { return }
    switch link {
    case .down: break
    case .connecting: fail(.unreachable, now)
    case .up:
      guard step == .files else { return fail(.silent, now) }
      files.timePassed(now: now)
      if files.isBroken { fail(.silent, now) }
    }
  }
}

#if !hasFeature(Embedded)
  extension NFSSession {
    /// What is inconsistent in this state, or nil; for tests.
    public func checkInvariants() -> String? {
      var isUp = false
      if case .up = link { isUp = true }
      if files.isConnected != (isUp && step == .files) { return "connection of NFS calls" }
      if setup.isConnected != (isUp && step != .files) { return "connection of mounting" }
      if step == .files, root == nil { return "mounted without a root" }
      return setup.checkInvariants() ?? files.checkInvariants()
    }
  }
#endif
