// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import HTTP
import HostSockets
import WebSocket

/// A server for WebSocket clients of other makers, on a port that it prints: `/chat` passes messages on, `/echo` sends them
/// back, and `/trial` is a page that tries a browser. It ends with its standard input.
@main
struct WebSocketServer {
  static func main() throws(SocketFailure) {
    var limits = Limits()
    limits.answerTime = .seconds(20)
    var settings = HTTPServer.Settings()
    settings.limits = limits
    var server = HTTPServer(routes(), settings)
    var pump = try SocketServerPump()
    print(pump.port)
    fflush(nil)
    pump.run(&server, until: { inputEnded() })
  }

  static func routes() -> Router {
    var router = Chat().routes
    var options = WebSocketOptions()
    options.subprotocols = ["echo"]
    options.limits.messageByteCount = 16 << 20
    options.limits.frameByteCount = 16 << 20
    options.limits.outputByteCount = 33 << 20
    options.limits.fragmentCount = 1 << 20
    router.webSocket("/echo", options) { socket in
      socket.onText { socket.send($0) }
      socket.onBinary { socket.send($0) }
    }
    addTrial(to: &router)
    return router
  }

  /// A page is loaded when its picture is: that takes until its script has finished.
  private static func addTrial(to router: inout Router) {
    final class Trial {
      var isSeen = false
      var waiting: [Waker] = []
    }
    let trial = Trial()
    router.get("/trial") { _ in
      trial.isSeen = false
      return .html(trialPage)
    }
    router.get("/seen") { _ in
      trial.isSeen = true
      for waker in trial.waiting { waker.wake() }
      return .status(.ok)
    }
    router.get("/unseen") { request in
      trial.waiting.append(request.waker)
      return .wait { trial.isSeen ? .status(.notFound) : nil }
    }
  }

  private static func inputEnded() -> Bool {
    var poll = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, 0) > 0
  }
}
