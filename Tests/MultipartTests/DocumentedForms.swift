// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Web

// The examples of docs/multipart.md. AnswerTests sends them requests.

final class Uploads {
  private var uploads: [(name: String, byteCount: Int)] = []

  var routes: Router {
    var router = Router()
    router.post("/uploads") { request in
      request.multipart(limit: 1 << 30) { part in
        guard let name = part.safeFilename else { return .skip }
        guard self.uploads.count < 100 else { return .refuse(.status(.serviceUnavailable)) }
        var count = 0
        return .read { bytes in
          count += bytes.count
        } end: {
          self.uploads.append((String(decoding: name, as: UTF8.self), count))
        }
      } then: {
        .text("\(self.uploads.count) files\n", status: .created)
      }
    }
    return router
  }
}

func addGreeting(to router: inout Router) {
  router.post("/greeting") { request in
    request.form { form in
      guard let name = form["name"] else { return .text("Who are you?\n", status: .badRequest) }
      let likes = form.values("likes").joined(separator: ", ")
      let photo = form.entry("photo")?.data.count ?? 0
      return .text("Hello \(name), who likes \(likes). Your photo has \(photo) bytes.\n")
    }
  }
}

func addInventory(to router: inout Router) {
  router.post("/inventory") { request in
    let boundary: MultipartBoundary
    do throws(MultipartError) { boundary = try request.multipartBoundary() } catch {
      return error.answer
    }
    var parser = MultipartParser(boundary)
    var (line, count) = ([UInt8](), 0)
    return .exchange(ResponseHead(.ok, length: .unknown)) { exchange in
      do throws(MultipartError) {
        while true {
          line.removeFirst(bytes: exchange.write(line.span))
          guard line.isEmpty else { return .wait }
          let event = try exchange.read(&parser) { data in
            count += data.count
            return data.count
          }
          switch event {
          case .partBegan: count = 0
          case .partEnded: line = Array("\(count) bytes\n".utf8)
          case .needsInput, .dataWaits: return .wait
          case .finished: return .end
          }
        }
      } catch {
        return exchange.end(with: error)
      }
    }
  }
}
