// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ONCRPC
import Time
import XDR

extension NFSSession {
  /// The reply to a call.
  public struct Answer: Sendable {
    /// The tag of the call without its upper 8 bits.
    public var tag: UInt64
    /// Nil if the server refused the call at the RPC level, or its results are malformed.
    public var result: NFSResult?
    /// Whether the call was sent again, so that the server may have executed it twice.
    public var wasRepeated: Bool
  }

  /// Whether `call` accepts another call.
  public var hasRoom: Bool { files.hasRoom }
  /// Calls in flight.
  public var callCount: Int { files.callCount }
  /// Statistics of the RPC client.
  public var callCounters: RPCClient.Counters { files.counters }

  /// Issues a call, which is sent now or once the server is connected.
  ///
  /// - Parameter tag: returned with the answer; its upper 8 bits are dropped.
  /// - Returns: false if too many calls are in flight.
  public mutating func call(_ call: NFSCall, tag: UInt64, now: Instant) -> Bool {
    let tag = tag & Self.tagMask | UInt64(call.procedure.rawValue) << 56
    return files.call(call.procedure.procedure, settings.credentials, tag: tag, now: now) {
      writer in call.write(to: &writer)
    }
  }

  /// Forgets the calls with `tag`.
  public mutating func cancel(tag: UInt64) {
    files.cancel { $0 != Self.ownTag && $0 & Self.tagMask == tag & Self.tagMask }
  }

  // The upper bits hold the procedure, which is needed to decode the reply.
  private static var tagMask: UInt64 { 1 << 56 - 1 }

  /// Whether `nextAnswer` has something to look at.
  var hasRecord: Bool { step == .files && (files.hasRecord || files.isBroken) }

  /// The next answer, or nil.
  public mutating func nextAnswer(now: Instant) -> Answer? {
    guard step == .files, let answer = files.nextAnswer() else {
      if step == .files, files.isBroken { fail(.malformed, now) }
      return nil
    }
    serverAnswered()
    if answer.tag == Self.ownTag {
      handleInformation(answer)
      return nil
    }
    guard let procedure = NFSProcedure(rawValue: UInt32(answer.tag >> 56)) else { return nil }
    let tag = answer.tag & Self.tagMask
    guard answer.reply.outcome == .success else {
      trouble = Trouble(answer.reply.outcome)
      return Answer(tag: tag, result: nil, wasRepeated: answer.wasRepeated)
    }
    do throws(XDRError) {
      let result = try NFSResult(procedure, answer.reply.results)
      if result.status == .ok { serves() }
      return Answer(tag: tag, result: result, wasRepeated: answer.wasRepeated)
    } catch {
      files.breakOff()
      fail(.malformed, now)
      return Answer(tag: tag, result: nil, wasRepeated: answer.wasRepeated)
    }
  }

  private mutating func handleInformation(_ answer: RPCClient.Answer) {
    guard answer.reply.outcome == .success else {
      trouble = Trouble(answer.reply.outcome)
      return
    }
    do throws(XDRError) {
      let result = try NFSResult(.fileSystemInformation, answer.reply.results)
      switch result.status {
      case .ok: serves()
      case .accessDenied, .notOwner: trouble = .rootRefused(result.status)
      default: break
      }
      if case .information(let information) = result.payload { self.information = information }
    } catch {
      // The sizes of the settings are used instead.
      trouble = .malformed
    }
  }

  /// Maximum size of a READ: the settings' size, or the server's if that is smaller; at least 512, because a server may
  /// return less than it was asked for.
  public var readSize: UInt32 {
    guard let maximum = information?.readMaximum else { return settings.readSize }
    return max(min(settings.readSize, maximum), 512)
  }

  /// Maximum size of a WRITE: the settings' size, or the server's if that is smaller.
  public var writeSize: UInt32 {
    guard let maximum = information?.writeMaximum else { return min(settings.writeSize, 8192) }
    return max(min(settings.writeSize, maximum), 512)
  }
}
