// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Deflate
import FormArchive
import HTTP
import Zip

/// The archive of one upload, between the exchanges that bring the files and take the archive.
final class UploadArchive {
  private var archive: FormArchive
  private let places: Places
  /// Why there is no whole archive.
  private(set) var problem: UploadProblem?

  init(_ form: UploadForm, _ service: UploadService) {
    let limits = service.limits
    places = service.places
    archive = FormArchive(
      form.boundary, level: .fast, modified: form.modified, bodyByteCount: form.byteCount,
      partLimits: limits.partLimits, archiveLimits: limits.archiveLimits,
      unnamed: { Self.randomName })
    places.archiveBegan()
  }

  deinit { places.archiveEnded() }

  /// 16 hexadecimal digits.
  private static var randomName: EntryName {
    var generator = SystemRandomNumberGenerator()
    var name: [UInt8] = []
    name.append(digits: generator.next())
    return EntryName(name.span) ?? .unnamed
  }

  // MARK: Input

  /// Takes what has arrived of the body, as far as there is room for what becomes of it. Returns how many bytes that was.
  func read(from exchange: inout Exchange) -> Int {
    var total = 0
    while problem == nil {
      let count = exchange.read { read($0, isLast: false) }
      guard count > 0 else { break }
      total += count
    }
    // It goes on without input, too, when the archive was drained.
    let nothing: [UInt8] = []
    if problem == nil { _ = read(nothing.span, isLast: exchange.inputEnded) }
    return total
  }

  private func read(_ bytes: Span<UInt8>, isLast: Bool) -> Int {
    do throws(FormArchiveError) {
      let count = try archive.read(bytes, isLast: isLast)
      if archive.isComplete, archive.entryCount == 0 { problem = .noFiles }
      return count
    } catch {
      problem = UploadProblem(error)
      return 0
    }
  }

  // MARK: Output

  /// Bytes of the archive that are held back until the response begins: so that what is wrong with a small upload can still be
  /// answered with a status.
  private static var heldByteCount: Int { 2048 }

  /// Passes bytes of the archive that wait to `take`, which returns how many it took.
  func drain(_ take: (Span<UInt8>) -> Int) -> Int { archive.drain(take) }

  /// Writes what there is of the archive; returns how many bytes that was.
  func write(to exchange: inout Exchange) -> Int {
    guard exchange.hasBegun || archive.isComplete || outputCount >= Self.heldByteCount else {
      return 0
    }
    return archive.drain { exchange.write($0) }
  }

  private var outputCount: Int {
    var count = 0
    archive.drain {
      count = $0.count
      return 0
    }
    return count
  }

  /// Whether bytes of the archive wait.
  var hasOutput: Bool { !archive.isDrained }

  /// Whether all of the archive was drained.
  var isFinished: Bool { archive.isFinished }

  /// What it consists of, for people.
  var summary: [UInt8] {
    var text: [UInt8] = []
    text.append(decimal: UInt64(archive.entryCount))
    text.append(
      archive.entryCount == 1 ? " file was packed.\n" : " files were packed.\n")
    return text
  }
}
