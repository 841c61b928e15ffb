// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ONCRPC
import XDR

extension NFSSession {
  /// What became of a call.
  public struct Answer: Sendable {
    public var tag: UInt64
    /// Nil where the server refused the call as such, or its results could not be read.
    public var result: NFSResult?
    /// Done twice, perhaps: the first answer was lost.
    public var wasRepeated: Bool
  }

  /// Whether `call` takes another.
  public var hasRoom: Bool { files.hasRoom }
  public var callCount: Int { files.callCount }
  public var callCounters: RPCClient.Counters { files.counters }

  /// Makes a call; it goes out now or when the server is reached. False where too many are in
  /// flight.
  ///
  /// - Parameter tag: comes back with the answer; its upper 8 bits are dropped.
  public mutating func call(_ call: NFSCall, tag: UInt64, now: UInt64) -> Bool {
    let tag = tag & Self.tagMask | UInt64(call.procedure.rawValue) << 56
    return files.call(call.procedure.procedure, settings.credentials, tag: tag, now: now) {
      writer in call.write(to: &writer)
    }
  }

  /// Forgets the calls with `tag`.
  public mutating func cancel(tag: UInt64) {
    files.cancel { $0 != Self.ownTag && $0 & Self.tagMask == tag & Self.tagMask }
  }

  // The bits above hold the procedure, which the answer has to be read by.
  private static var tagMask: UInt64 { 1 << 56 - 1 }

  /// Whether `nextAnswer` has something to look at.
  var hasRecord: Bool { step == .files && (files.hasRecord || files.isBroken) }

  /// The answer that has arrived; nil if none has.
  public mutating func nextAnswer(now: UInt64) -> Answer? {
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
      // The sizes of the settings do.
      trouble = .malformed
    }
  }

  /// Data to ask for in one READ: the settings' size, or the server's where that is smaller, but
  /// not below 512, as a server may give less than was asked for.
  public var readSize: UInt32 {
    guard let maximum = information?.readMaximum else { return settings.readSize }
    return max(min(settings.readSize, maximum), 512)
  }

  public var writeSize: UInt32 {
    guard let maximum = information?.writeMaximum else { return min(settings.writeSize, 8192) }
    return max(min(settings.writeSize, maximum), 512)
  }
}
