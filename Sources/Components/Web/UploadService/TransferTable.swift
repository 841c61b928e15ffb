// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Time

/// The archives for two connections of which at least one has not come yet.
final class TransferTable {
  private struct Entry {
    let token: Token
    let transfer: Transfer
    var end: Instant
    /// Which connections have come.
    var hasUpload = false
    var hasDownload = false
  }

  private let limits: UploadLimits
  // The oldest one first.
  private var entries: [Entry] = []

  init(_ limits: UploadLimits) { self.limits = limits }

  /// Adds an archive. If there are too many without a connection, the oldest one is forgotten.
  func add(_ service: UploadService, _ now: Instant) -> Token {
    entries.removeAll { $0.transfer.problem != nil || now >= $0.end }
    // Those with a connection are as many as there are connections.
    let unused = entries.indices.filter { !entries[$0].hasUpload && !entries[$0].hasDownload }
    if unused.count >= limits.tokenCount, let oldest = unused.first { entries.remove(at: oldest) }
    let token = Token()
    entries.append(
      Entry(token: token, transfer: Transfer(service), end: now + limits.tokenTime))
    return token
  }

  /// The archive for one of its connections; nil if there is none, or if this connection was there before. HEAD only looks.
  func claim(_ text: [UInt8], _ end: Transfer.End, _ request: Request) -> Transfer? {
    guard let token = Token(text.span),
      let index = entries.firstIndex(where: { $0.token.equals(token) }),
      request.now < entries[index].end
    else { return nil }
    let transfer = entries[index].transfer
    switch end {
    case .upload:
      guard !entries[index].hasUpload else { return nil }
      entries[index].hasUpload = true
    case .download:
      guard !entries[index].hasDownload else { return nil }
      if request.method == .head { return transfer }
      entries[index].hasDownload = true
    }
    if entries[index].hasUpload, entries[index].hasDownload {
      entries.remove(at: index)
    } else {
      entries[index].end = request.now + limits.partnerTime
    }
    return transfer
  }
}
