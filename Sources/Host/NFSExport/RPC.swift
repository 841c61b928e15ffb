// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import ONCRPC
import XDR

/// One version of an RPC program (RFC 5531).
protocol RPCProgram {
  var number: UInt32 { get }
  var version: UInt32 { get }
  /// Executes a procedure.
  ///
  /// - Returns: its results, or nil if the program has no such procedure.
  mutating func call(
    _ procedure: UInt32, _ arguments: inout XDRReader
  ) throws(XDRError) -> XDRWriter?
}

/// Passes calls to programs. It ignores credentials: anyone may read the export.
struct RPCDispatcher {
  var programs: [any RPCProgram]

  // `accept_stat` of a reply (RFC 5531, section 9).
  private static let (success, unavailable, mismatch, noProcedure, garbage) =
    (UInt32(0), UInt32(1), UInt32(2), UInt32(3), UInt32(4))

  /// The reply to a message, or nil if the message is not a call.
  mutating func answer(_ message: [UInt8]) -> [UInt8]? {
    var reader = XDRReader(message)
    var reply = XDRWriter()
    do throws(XDRError) {
      let transaction = try reader.uint32()
      guard try reader.uint32() == 0 else { return nil }
      let version = try reader.uint32()
      let (program, programVersion) = (try reader.uint32(), try reader.uint32())
      let procedure = try reader.uint32()
      reply.uint32(transaction)
      reply.uint32(1)
      guard version == 2 else {
        // MSG_DENIED, RPC_MISMATCH, lowest and highest supported version.
        for word: UInt32 in [1, 0, 2, 2] { reply.uint32(word) }
        return reply.bytes
      }
      // Credentials and verifier.
      for _ in 0..<2 {
        _ = try reader.uint32()
        _ = try reader.opaque(limit: 400)
      }
      // MSG_ACCEPTED, with an empty verifier.
      for word: UInt32 in [0, 0, 0] { reply.uint32(word) }
      return call(program, programVersion, procedure, &reader, reply)
    } catch {
      return nil
    }
  }

  private mutating func call(
    _ program: UInt32, _ version: UInt32, _ procedure: UInt32, _ arguments: inout XDRReader,
    _ header: XDRWriter
  ) -> [UInt8] {
    var reply = header
    guard let index = programs.firstIndex(where: { $0.number == program }) else {
      reply.uint32(Self.unavailable)
      return reply.bytes
    }
    let known = programs[index].version
    guard known == version else {
      for word in [Self.mismatch, known, known] { reply.uint32(word) }
      return reply.bytes
    }
    do throws(XDRError) {
      // Procedure 0 of every program is NULL.
      let results =
        procedure == 0 ? XDRWriter() : try programs[index].call(procedure, &arguments)
      reply.uint32(results == nil ? Self.noProcedure : Self.success)
      return reply.bytes + (results?.bytes ?? [])
    } catch {
      reply.uint32(Self.garbage)
      return reply.bytes
    }
  }
}

/// Splits a TCP stream into messages by record marking (RFC 5531, section 11).
struct RecordStream {
  /// Maximum size of a message in bytes.
  static let limit = 1 << 20
  private var assembler = RecordAssembler(limit: limit)

  /// Adds received bytes.
  ///
  /// - Returns: the messages that they complete, or nil if a message exceeds the limit, after which the stream is
  ///   useless.
  mutating func receive(_ bytes: Span<UInt8>) -> [[UInt8]]? {
    var messages: [[UInt8]] = []
    var index = 0
    do throws(RecordAssembler.TooLong) {
      while index < bytes.count {
        index += try assembler.consume(bytes.extracting(index..<bytes.count))
        if let message = assembler.nextRecord() { messages.append(message) }
      }
    } catch {
      return nil
    }
    return messages
  }

  /// The message as a record of one fragment.
  static func record(_ message: [UInt8]) -> [UInt8] {
    var writer = XDRWriter()
    writer.uint32(UInt32(truncatingIfNeeded: message.count) | 1 << 31)
    return writer.bytes + message
  }
}
