// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP

/// A folder of files that are part of the program. It answers as `StaticSite` does, by the same code:
///
///     router.get("/*path", Files.all.answer)
///     router.notFound(Files.all.answer)
public struct EmbeddedFiles: Sendable {
  /// How many files there are.
  public let count: Int
  /// How long caches may keep the files.
  public var rules: SiteRules
  private let file: @Sendable (Int) -> EmbeddedFile

  /// A folder of files.
  ///
  /// - Parameter file: the file of a number. The files are in the order of their paths' bytes.
  public init(
    count: Int, rules: SiteRules = .usual, file: @escaping @Sendable (Int) -> EmbeddedFile
  ) {
    self.count = count
    self.rules = rules
    self.file = file
  }

  /// Answers a request with the file that its path stands for.
  public func answer(_ request: Request) -> Answer {
    var lookup = SiteLookup(request.head, request.path, rules)
    while true {
      switch lookup.nextStep() {
      case .examine(let path): lookup.record(examine(path, for: request))
      case .send(let plan, let path):
        guard let bytes = bytes(path) else { return .status(.internalServerError) }
        return bytes.answer(request, plan)
      case .answer(let head, let body):
        return .respond(Response(head, body: body.isEmpty ? .none : .bytes(body)))
      }
    }
  }

  private func examine(_ path: [UInt8], for request: Request) -> SiteLookup.Found {
    if let file = self[path: path.span] { return .file(file.bytes.siteFile(path)) }
    // Only the name of the file itself is found, not one of its compressed bytes.
    if !path.span.equals(request.path.bytes.span), let gzip = compressed(path) {
      return .file(gzip.siteFile(path))
    }
    return hasFolder(path) ? .directory : .nothing
  }

  private func bytes(_ path: [UInt8]) -> EmbeddedBytes? {
    self[path: path.span]?.bytes ?? compressed(path)
  }

  /// The compressed bytes of a file, by the name that `SiteLookup` looks for.
  private func compressed(_ path: [UInt8]) -> EmbeddedBytes? {
    let suffix = ContentCoding.gzip.suffix
    let end = path.count - suffix.utf8CodeUnitCount
    guard end > 0, suffix.equals(path.span.extracting(end..<path.count)) else { return nil }
    return self[path: path.span.extracting(0..<end)]?.gzip
  }

  private func hasFolder(_ path: [UInt8]) -> Bool {
    var prefix = path
    prefix.append(0x2f)
    let index = firstIndex(notBefore: prefix.span)
    guard index < count else { return false }
    return file(index).path.lend { path in
      path.count > prefix.count && path.extracting(0..<prefix.count).equals(prefix.span)
    }
  }
}

extension EmbeddedFiles: RandomAccessCollection {
  /// 0.
  public var startIndex: Int { 0 }
  /// The number of files.
  public var endIndex: Int { count }
  /// The file of a number, in the order of paths.
  public subscript(_ index: Int) -> EmbeddedFile {
    precondition(index >= 0 && index < count)
    return file(index)
  }

  /// The file of a path that begins with a slash; nil if there is none.
  public subscript(path path: StaticString) -> EmbeddedFile? { path.lend { self[path: $0] } }

  /// The file of a path that begins with a slash; nil if there is none.
  public subscript(path path: Span<UInt8>) -> EmbeddedFile? {
    let index = firstIndex(notBefore: path)
    guard index < count else { return nil }
    let file = file(index)
    return file.path.equals(path) ? file : nil
  }

  /// The first file whose path does not come before `path`.
  private func firstIndex(notBefore path: Span<UInt8>) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if file(middle).path.lend({ $0.precedes(path) }) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
