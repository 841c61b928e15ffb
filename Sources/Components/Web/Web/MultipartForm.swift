// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Multipart

/// A short form, whole in memory.
public struct MultipartForm {
  /// A field or a file of the form.
  public struct Entry {
    /// What its headers say.
    public var part: MultipartPart
    /// Its value, or the file's contents.
    public var data: [UInt8]

    /// The value as text: what is not UTF-8 becomes U+FFFD.
    public var text: String { String(decoding: data, as: UTF8.self) }
  }

  /// Fields and files in the order of the form, without file fields for which no file was chosen.
  public private(set) var entries: [Entry] = []

  /// The value of the first field or file called `name`, as text; nil if there is none.
  public subscript(_ name: StaticString) -> String? { entry(name)?.text }

  /// The first field or file called `name`; nil if there is none.
  public func entry(_ name: StaticString) -> Entry? {
    entries.first { name.equals($0.part.name.span) }
  }

  /// The values of all fields and files called `name`, as text.
  public func values(_ name: StaticString) -> [String] {
    entries.filter { name.equals($0.part.name.span) }.map { $0.text }
  }

  mutating func add(_ part: MultipartPart) { entries.append(Entry(part: part, data: [])) }

  mutating func append(_ bytes: Span<UInt8>) {
    guard let last = entries.indices.last else { return }
    entries[last].data.append(copying: bytes)
  }

  mutating func removeEmptyFile() {
    guard let last = entries.last, last.data.isEmpty, last.part.filename?.isEmpty == true else {
      return
    }
    entries.removeLast()
  }
}

extension Request {
  /// Reads the request's body as a short form of `multipart/form-data`, and answers with what `handler` makes of it:
  ///
  ///     router.post("/entries") { request in
  ///       request.form { form in
  ///         guard let name = form["name"] else { return .status(.badRequest) }
  ///         return .text("Hello \(name)!\n")
  ///       }
  ///     }
  ///
  /// Errors are answered as those of `multipart` are. When the bodies that are being read hold
  /// `HTTPServer.Settings.bodyMemory`, by default 2 MiB, the client gets 503.
  ///
  /// - Parameters:
  ///   - limit: bytes of the body; a longer one gets 413.
  ///   - partCount: fields and files; more get 400.
  public func form(
    limit: Int = 64 << 10, partCount: Int = 100, _ handler: @escaping (MultipartForm) -> Answer
  ) -> Answer {
    var limits = MultipartLimits()
    limits.partCount = partCount
    let collector = FormCollector(MemoryShare(of: bodyMemory))
    return multipart(limit: UInt64(max(limit, 0)), limits: limits) { part in
      guard collector.add(part) else { return .refuse(.status(.serviceUnavailable)) }
      return .read(each: { collector.append($0) }, end: { collector.end() })
    } then: {
      guard let form = collector.take() else { return .status(.serviceUnavailable) }
      return handler(form)
    }
  }
}

/// A form while it arrives, within what all bodies may hold.
private final class FormCollector {
  private var form = MultipartForm()
  private var isRefused = false
  private let memory: MemoryShare
  /// Bytes for an entry without its texts: four arrays.
  private static var entryByteCount: Int { 256 }

  init(_ memory: MemoryShare) { self.memory = memory }

  private func hold(_ count: Int) -> Bool {
    let total = memory.byteCount + count
    guard !isRefused, total <= memory.limit else {
      isRefused = true
      form = MultipartForm()
      memory.hold(0)
      return false
    }
    memory.hold(total)
    return true
  }

  func add(_ part: MultipartPart) -> Bool {
    let texts = part.name.count + (part.filename?.count ?? 0) + (part.type?.count ?? 0)
    guard hold(Self.entryByteCount + texts) else { return false }
    form.add(part)
    return true
  }

  func append(_ bytes: Span<UInt8>) {
    // Arrays double as they grow.
    if hold(2 * bytes.count) { form.append(bytes) }
  }

  func end() { form.removeEmptyFile() }

  /// The form, which this no longer holds; nil if it was dropped.
  func take() -> MultipartForm? {
    guard !isRefused else { return nil }
    defer {
      form = MultipartForm()
      memory.hold(0)
    }
    return form
  }
}
