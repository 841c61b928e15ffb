// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FormArchive
import Multipart
import Testing

@Test func aBodyWithoutPartsMakesAnEmptyArchive() throws {
  var archive = FormArchive(try MultipartBoundary([UInt8]("x".utf8)), level: .fast)
  let body = [UInt8]("--x--\r\n".utf8)
  let taken = try archive.read(body.span, isLast: true)
  #expect(taken == body.count)
  var bytes: [UInt8] = []
  archive.drain { span in
    for index in span.indices { bytes.append(span[index]) }
    return span.count
  }
  let isFinished = archive.isFinished
  #expect(isFinished)
  #expect(bytes.count == 22)
}
