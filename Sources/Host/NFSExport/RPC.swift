// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import ONCRPC
import XDR

/// One program of remote procedures (RFC 5531), in one version.
protocol RPCProgram {
  var number: UInt32 { get }
  var version: UInt32 { get }
  /// The results of a procedure.
  ///
  /// - Returns: nil for a procedure that the program does not have.
  mutating func call(
    _ procedure: UInt32, _ arguments: inout XDRReader
  ) throws(XDRError) -> XDRWriter?
}

/// Answers calls for several programs. Credentials are not looked at: everybody may read what is exported.
struct RPCDispatcher {
  var programs: [any RPCProgram]

  // Of a reply (RFC 5531, section 9).
  private static let (success, unavailable, mismatch, noProcedure, garbage) =
    (UInt32(0), UInt32(1), UInt32(2), UInt32(3), UInt32(4))

  /// The reply to a message; nil where it is no call, to which there is no answer.
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
        // Denied: the versions of the protocol that there are.
        for word: UInt32 in [1, 0, 2, 2] { reply.uint32(word) }
        return reply.bytes
      }
      // Credentials and verifier.
      for _ in 0..<2 {
        _ = try reader.uint32()
        _ = try reader.opaque(limit: 400)
      }
      // Accepted, with an empty verifier.
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
      // Every program's procedure 0 does nothing.
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

/// A stream of messages, each in fragments that say their length (RFC 5531, section 11).
struct RecordStream {
  /// Bytes of the longest message that is taken.
  static let limit = 1 << 20
  private var assembler = RecordAssembler(limit: limit)

  /// Takes bytes; the messages that are complete now.
  ///
  /// - Returns: nil where a message is too long: the stream cannot be followed any further.
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

  /// A message as one fragment.
  static func record(_ message: [UInt8]) -> [UInt8] {
    var writer = XDRWriter()
    writer.uint32(UInt32(truncatingIfNeeded: message.count) | 1 << 31)
    return writer.bytes + message
  }
}
