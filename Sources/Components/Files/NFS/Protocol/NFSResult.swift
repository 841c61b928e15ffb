// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import XDR

/// What a server answered, read with all the bounds that the protocol has.
public struct NFSResult: Sendable {
  public enum Payload: Sendable {
    case none
    /// Servers may create a file without saying its handle.
    case handle(FileHandle?)
    case access(AccessRights)
    /// A link's target, of up to 4095 bytes.
    case link([UInt8])
    /// Places in the record.
    case data(record: [UInt8], range: Range<Int>, isEnd: Bool)
    case written(UInt32)
    case directory(DirectoryPage)
    case statistics(FileSystemStatistics)
    case information(FileSystemInformation)
  }

  public var status: NFSStatus
  /// Attributes of the file that the call was about or has found, where the server told them.
  public var attributes: FileAttributes?
  /// Those of the directory that was looked into or changed.
  public var directoryAttributes: FileAttributes?
  public var payload = Payload.none

  private init(_ status: NFSStatus) { self.status = status }

  /// Reads the results of a call of `procedure`. What is behind them is ignored.
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

  /// Failures carry attributes, too; a reply that ends before them still says what failed.
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
    // Both counts say the same in an honest reply.
    guard range.count == Int(count) else { throw .badValue }
    payload = .data(record: reader.bytes, range: range, isEnd: isEnd)
  }
}
