// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Deflate
import HTTP
import Multipart
import Zip

/// The archive of one upload: multipart/form-data in, zip out, both in pieces.
final class UploadArchive {
  private let form: UploadForm
  private var parser: MultipartParser
  private var writer: ZipWriter
  private var place = Place.betweenParts
  /// Why there is no whole archive.
  private(set) var problem: UploadProblem?
  private var fileCount: UInt64 = 0

  private enum Place: Equatable {
    case betweenParts
    /// In a part that has no file name. Without data, it is a field of a form that was left empty, and no file.
    case inNamelessPart
    case beginning(EntryName)
    case inEntry
    case endingEntry
    case finishing
    case complete
  }

  init(_ form: UploadForm) {
    self.form = form
    parser = MultipartParser(form.boundary)
    writer = ZipWriter(level: .fast)
  }

  // MARK: Input

  /// Takes what has arrived of the body, as far as there is room for what becomes of it. Returns how many bytes that was.
  func read(from exchange: inout Exchange) -> Int {
    var total = 0
    while problem == nil {
      let count = exchange.read { take($0, isLast: false) }
      guard count > 0 else { break }
      total += count
    }
    if exchange.inputEnded { _ = take([UInt8]().span, isLast: true) }
    return total
  }

  /// Returns how many bytes it took.
  func take(_ bytes: Span<UInt8>, isLast: Bool) -> Int {
    var position = 0
    do throws(ZipError) {
      while problem == nil, try advance(bytes, &position, isLast) {}
    } catch {
      problem = .tooManyFiles
    }
    return position
  }

  /// Goes on to the next place. Returns false if that needs more input, or room in the output.
  private func advance(
    _ bytes: Span<UInt8>, _ position: inout Int, _ isLast: Bool
  ) throws(ZipError) -> Bool {
    switch place {
    case .betweenParts, .inNamelessPart, .inEntry: return try parse(bytes, &position, isLast)
    case .beginning(let name):
      guard try writer.begin(name, modified: form.modified, atMost: form.byteCount) else {
        return false
      }
      fileCount += 1
      place = .inEntry
    case .endingEntry:
      guard try writer.endEntry() else { return false }
      place = .betweenParts
    case .finishing:
      guard try writer.finish() else { return false }
      place = .complete
    case .complete: return false
    }
    return true
  }

  private func parse(
    _ bytes: Span<UInt8>, _ position: inout Int, _ isLast: Bool
  ) throws(ZipError) -> Bool {
    var failure: ZipError?
    let step: MultipartStep
    do throws(MultipartError) {
      step = try parser.next(bytes.extracting(position..<bytes.count), isLast: isLast) {
        write($0, &failure)
      }
    } catch {
      problem = error.reason == .tooManyParts ? .tooManyFiles : .malformed
      return false
    }
    position += step.consumed
    if let failure { throw failure }
    switch step.event {
    case .needsInput: return false
    case .dataWaits: return place != .inEntry
    case .partBegan(let part): begin(part)
    case .partEnded: place = place == .inEntry ? .endingEntry : .betweenParts
    case .finished:
      if fileCount == 0 { problem = .noFiles }
      place = .finishing
    }
    return true
  }

  private func begin(_ part: MultipartPart) {
    if let name = part.filename.flatMap({ EntryName($0.span) }) {
      place = .beginning(name)
    } else {
      place = .inNamelessPart
    }
  }

  private func write(_ data: Span<UInt8>, _ failure: inout ZipError?) -> Int {
    guard place == .inEntry else {
      place = .beginning(Self.randomName)
      return 0
    }
    do throws(ZipError) {
      return try writer.write(data)
    } catch {
      failure = error
      return 0
    }
  }

  /// 16 hexadecimal digits.
  private static var randomName: EntryName {
    var generator = SystemRandomNumberGenerator()
    var name: [UInt8] = []
    name.append(digits: generator.next())
    return EntryName(name.span) ?? .unnamed
  }

  // MARK: Output

  /// Bytes of the archive that are held back until the response begins: so that what is wrong with a small upload can still be
  /// answered with a status.
  private static var heldByteCount: Int { 2048 }

  /// Passes bytes of the archive that wait to `take`, which returns how many it took.
  func drain(_ take: (Span<UInt8>) -> Int) -> Int { writer.drain(take) }

  /// Writes what there is of the archive; returns how many bytes that was.
  func write(to exchange: inout Exchange) -> Int {
    guard exchange.hasBegun || place == .complete || outputCount >= Self.heldByteCount else {
      return 0
    }
    return writer.drain { exchange.write($0) }
  }

  private var outputCount: Int {
    var count = 0
    writer.drain {
      count = $0.count
      return 0
    }
    return count
  }

  /// Whether bytes of the archive wait.
  var hasOutput: Bool { !writer.isDrained }

  /// Whether all of the archive was drained.
  var isFinished: Bool { writer.isFinished }

  /// What it consists of, for people.
  var summary: [UInt8] {
    var text: [UInt8] = []
    text.append(decimal: fileCount)
    text.append(fileCount == 1 ? " file is in the archive.\n" : " files are in the archive.\n")
    return text
  }
}
