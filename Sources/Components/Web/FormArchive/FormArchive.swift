// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Deflate
import Multipart
import Zip

/// Makes a zip archive of a `multipart/form-data` body while it arrives: bytes of the body in, bytes of the archive
/// out.
///
/// Each part becomes an entry, named by its file name without folders, or else by its field or as the caller says. Only
/// the input of a file that was not chosen, which has neither a name nor data, does not. A body without parts makes an
/// empty archive.
///
/// It does no I/O, and holds neither the body nor the archive: what it does not take of the body stays with the caller
/// until the archive's bytes are drained. Memory: `memoryBound`.
public struct FormArchive: ~Copyable {
  private enum State {
    /// Reading the body up to the next part or in one.
    case reading
    /// A part has begun that counts only if it has data.
    case undecided(EntryName)
    case beginning(EntryName)
    case endingEntry
    case finishing
    case complete
  }

  private var parser: MultipartParser
  private var writer: ZipWriter
  private var state = State.reading
  private let modified: ModificationTime
  private let bodyByteCount: UInt64?
  private let unnamed: (() -> EntryName)?

  /// Entries that have begun.
  public private(set) var entryCount = 0
  /// Parts that made no entry, as no file was chosen.
  public private(set) var unusedCount = 0

  /// An archive of a body that has not begun.
  ///
  /// - Parameters:
  ///   - modified: the time of all entries.
  ///   - bodyByteCount: bytes that the body has at most, nil if that is not known. Entries get the form of zip64 only
  ///     where it allows for 4 GiB: see `ZipWriter.begin`.
  ///   - unnamed: the name of an entry whose part has no file name; without, it is that of the form's field.
  public init(
    _ boundary: MultipartBoundary, level: DeflateLevel, modified: ModificationTime = .first,
    bodyByteCount: UInt64? = nil, partLimits: MultipartLimits = MultipartLimits(),
    archiveLimits: ZipLimits = ZipLimits(), unnamed: (() -> EntryName)? = nil
  ) {
    parser = MultipartParser(boundary, limits: partLimits)
    writer = ZipWriter(level: level, limits: archiveLimits)
    self.modified = modified
    self.bodyByteCount = bodyByteCount
    self.unnamed = unnamed
  }

  /// Bytes that an archive holds at most.
  public static func memoryBound(
    level: DeflateLevel, partLimits: MultipartLimits = MultipartLimits(),
    archiveLimits: ZipLimits = ZipLimits()
  ) -> Int {
    // The parser has a line of headers, what they say, and a tail of at most 300 bytes.
    ZipWriter.memoryBound(level: level, limits: archiveLimits) + 3 * partLimits.headerBytes + 1024
  }

  /// Reads on in the body.
  ///
  /// Call it when bytes have arrived, after the end of the body, and when the archive was drained; without bytes, if
  /// none have arrived.
  ///
  /// - Parameter isLast: whether the body ends with these bytes.
  /// - Returns: how many bytes it took. Pass the others again, after draining.
  public mutating func read(
    _ bytes: Span<UInt8>, isLast: Bool
  ) throws(FormArchiveError) -> Int {
    var consumed = 0
    while try step(bytes, &consumed, isLast: isLast) {}
    return consumed
  }

  /// Returns false if there is nothing more to do for now.
  private mutating func step(
    _ bytes: Span<UInt8>, _ consumed: inout Int, isLast: Bool
  ) throws(FormArchiveError) -> Bool {
    do throws(ZipError) {
      switch state {
      case .reading, .undecided: break
      case .beginning(let name):
        // The parser may have consumed data that it has not handed out.
        let rest = bodyByteCount.map { $0 - min(parser.offset, $0) + 1024 }
        guard try writer.begin(name, modified: modified, atMost: rest) else { return false }
        entryCount += 1
        state = .reading
        return true
      case .endingEntry:
        guard try writer.endEntry() else { return false }
        state = .reading
        return true
      case .finishing:
        guard try writer.finish() else { return false }
        state = .complete
        return false
      case .complete: return false
      }
    } catch {
      throw .archive(error)
    }
    return try parse(bytes, &consumed, isLast: isLast)
  }

  private mutating func parse(
    _ bytes: Span<UInt8>, _ consumed: inout Int, isLast: Bool
  ) throws(FormArchiveError) -> Bool {
    var isUndecided = false
    if case .undecided = state { isUndecided = true }
    let step = try Self.next(
      &parser, &writer, bytes.extracting(consumed...), isLast: isLast, takesData: !isUndecided)
    consumed += step.consumed
    switch step.event {
    case .needsInput: return false
    case .partBegan(let part):
      let name = name(of: part)
      state = part.filename?.isEmpty == true ? .undecided(name) : .beginning(name)
    case .dataWaits:
      guard case .undecided(let name) = state else { return false }
      state = .beginning(name)
    case .partEnded:
      if isUndecided { unusedCount += 1 }
      state = isUndecided ? .reading : .endingEntry
    case .finished: state = .finishing
    }
    return true
  }

  /// Parses on, and compresses the data of the part.
  private static func next(
    _ parser: inout MultipartParser, _ writer: inout ZipWriter, _ bytes: Span<UInt8>, isLast: Bool,
    takesData: Bool
  ) throws(FormArchiveError) -> MultipartStep {
    var failure: ZipError?
    let step: MultipartStep
    do throws(MultipartError) {
      step = try parser.next(bytes, isLast: isLast) { data in
        guard takesData, failure == nil else { return 0 }
        do throws(ZipError) {
          return try writer.write(data)
        } catch {
          failure = error
          return 0
        }
      }
    } catch {
      throw .form(error)
    }
    if let failure { throw .archive(failure) }
    return step
  }

  private func name(of part: MultipartPart) -> EntryName {
    part.filename.flatMap { EntryName($0.span, folders: .dropped) } ?? unnamed?()
      ?? EntryName(part.name.span, folders: .dropped) ?? .unnamed
  }

  // MARK: The archive

  /// Passes the bytes of the archive that wait to `take`, in one piece of at most 4 KiB.
  ///
  /// - Parameter take: returns how many of them it took. The others are passed again.
  /// - Returns: how many it took; 0 if none wait.
  @discardableResult
  public mutating func drain(_ take: (Span<UInt8>) -> Int) -> Int { writer.drain(take) }

  /// Whether no bytes of the archive wait.
  public var isDrained: Bool { writer.isDrained }

  /// Whether all bytes of the archive were drained or wait.
  public var isComplete: Bool {
    if case .complete = state { true } else { false }
  }

  /// Whether the archive is complete and drained.
  public var isFinished: Bool { writer.isFinished }
}

/// Why there is no archive, or no whole one.
public enum FormArchiveError: Error, Equatable, Sendable {
  /// The body is wrong, or has more than `MultipartLimits` allow.
  case form(MultipartError)
  /// The archive cannot take more.
  case archive(ZipError)
}
