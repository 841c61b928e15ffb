// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP

extension EmbeddedBytes {
  /// What a site knows of the bytes.
  func siteFile(_ path: [UInt8]) -> SiteFile {
    SiteFile(path: path, size: UInt64(count), version: .hash(hash))
  }

  /// The response that a plan for these bytes describes.
  func answer(_ request: Request, _ plan: FilePlan) -> Answer {
    let hasBody = request.method != .head && !plan.pieces.isEmpty
    return .respond(
      Response(plan.head, body: hasBody ? .source(EmbeddedBody(self, plan.pieces)) : .none))
  }
}

/// The body of a response that sends an embedded file, lent from read-only data.
private final class EmbeddedBody: BodySource {
  private let bytes: EmbeddedBytes
  private var progress: FilePlanProgress

  init(_ bytes: EmbeddedBytes, _ pieces: [FilePlan.Piece]) {
    self.bytes = bytes
    progress = FilePlanProgress(pieces)
  }

  override func offer(_ consume: (Span<UInt8>) -> Int) -> StreamStep {
    progress.offer(consume) { offset, end in
      bytes.lend(from: Int(clamping: offset), upTo: Int(clamping: end), consume)
    }
  }
}
