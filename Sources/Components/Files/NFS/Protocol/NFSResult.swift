// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import XDR

/// Results of an NFS call, decoded and checked against all limits of the protocol.
public struct NFSResult: Sendable {
  /// Results that only some procedures have.
  public enum Payload: Sendable {
    /// No further results.
    case none
    /// LOOKUP, CREATE or MKDIR. Nil if the server did not return the handle of a new file.
    case handle(FileHandle?)
    /// ACCESS.
    case access(AccessRights)
    /// READLINK: the target, at most 4095 bytes.
    case link([UInt8])
    /// READ: the data is `record[range]`; `isEnd` if it reaches the end of the file.
    case data(record: [UInt8], range: Range<Int>, isEnd: Bool)
    /// WRITE: the number of bytes written.
    case written(UInt32)
    /// READDIRPLUS.
    case directory(DirectoryPage)
    /// FSSTAT.
    case statistics(FileSystemStatistics)
    /// FSINFO.
    case information(FileSystemInformation)
  }

  /// Success, or why the call failed.
  public var status: NFSStatus
  /// Attributes of the file that the call names or returns; nil if the server left them out.
  public var attributes: FileAttributes?
  /// Attributes of the directory that was searched or changed; nil if the server left them out.
  public var directoryAttributes: FileAttributes?
  /// `none` after a failure.
  public var payload = Payload.none

  private init(_ status: NFSStatus) { self.status = status }

  /// Decodes the results of `procedure`. Bytes after them are ignored.
  public init(_ procedure: NFSProcedure, _ results: XDRReader) throws(XDRError) {
    var reader = results
    if procedure == .null {
      self.init(.ok)
      return
    }
    self.init(NFSStatus(rawValue: try reader.uint32()))
    guard status == .ok else {
      try readFailure(procedure, &reader)
      return
    }
    switch procedure {
    case .null: break
    case .getAttributes: attributes = try FileAttributes(&reader)
    case .setAttributes, .commit:
      attributes = try FileAttributes.afterChange(&reader)
    case .lookUp:
      payload = .handle(try Self.handle(&reader))
      attributes = try FileAttributes.optional(&reader)
      directoryAttributes = try FileAttributes.optional(&reader)
    case .access:
      attributes = try FileAttributes.optional(&reader)
      payload = .access(AccessRights(rawValue: try reader.uint32()))
    case .readLink:
      attributes = try FileAttributes.optional(&reader)
      payload = .link(try reader.opaqueBytes(limit: 4095))
    case .read: try readData(&reader)
    case .write:
      attributes = try FileAttributes.afterChange(&reader)
      payload = .written(try reader.uint32())
    case .create, .makeDirectory:
      payload = .handle(try reader.bool() ? try Self.handle(&reader) : nil)
      attributes = try FileAttributes.optional(&reader)
      directoryAttributes = try FileAttributes.afterChange(&reader)
    case .remove, .removeDirectory, .rename:
      directoryAttributes = try FileAttributes.afterChange(&reader)
    case .readDirectory:
      directoryAttributes = try FileAttributes.optional(&reader)
      payload = .directory(try DirectoryPage(&reader))
    case .fileSystemStatistics:
      attributes = try FileAttributes.optional(&reader)
      payload = .statistics(try FileSystemStatistics(&reader))
    case .fileSystemInformation:
      attributes = try FileAttributes.optional(&reader)
      payload = .information(try FileSystemInformation(&reader))
    }
  }

  /// Failures carry attributes too. A reply that ends before them is accepted for its status.
  private mutating func readFailure(
    _ procedure: NFSProcedure, _ reader: inout XDRReader
  ) throws(XDRError) {
    guard reader.remaining > 0 else { return }
    switch procedure {
    case .null, .getAttributes: break
    case .setAttributes, .write, .commit: attributes = try FileAttributes.afterChange(&reader)
    case .lookUp, .readDirectory: directoryAttributes = try FileAttributes.optional(&reader)
    case .access, .readLink, .read, .fileSystemStatistics, .fileSystemInformation:
      attributes = try FileAttributes.optional(&reader)
    case .create, .makeDirectory, .remove, .removeDirectory, .rename:
      directoryAttributes = try FileAttributes.afterChange(&reader)
    }
  }

  private static func handle(_ reader: inout XDRReader) throws(XDRError) -> FileHandle {
    guard let handle = FileHandle(try reader.opaqueBytes(limit: 64)) else { throw .badValue }
    return handle
  }

  private mutating func readData(_ reader: inout XDRReader) throws(XDRError) {
    attributes = try FileAttributes.optional(&reader)
    let count = try reader.uint32()
    let isEnd = try reader.bool()
    let range = try reader.opaque(limit: Int(UInt32.max >> 1))
    // The count is sent twice; the two must agree.
    guard range.count == Int(count) else { throw .badValue }
    payload = .data(record: reader.bytes, range: range, isEnd: isEnd)
  }
}
