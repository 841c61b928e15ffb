// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import WebSocket

// The example in docs/websocket.md.

final class Chat {
  private var members: [WebSocketConnection] = []

  var routes: Router {
    var router = Router()
    router.get("/") { _ in .html(chatPage) }
    router.webSocket("/chat") { socket in
      self.members.append(socket)
      socket.onText { text in
        for member in self.members { member.send(text) }
      }
      socket.onClose { _ in
        self.members.removeAll { $0 === socket }
      }
    }
    return router
  }
}
