// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The program of docs/websocket.md, which has this text; Tests/Boot/emulated.py runs it.

import Web

@main enum Main {
  static func main() {
    var members: [WebSocketConnection] = []
    var router = Router()
    router.webSocket("/chat") { socket in
      members.append(socket)
      socket.onText { text in
        for member in members { member.send(text) }
      }
      socket.onClose { _ in members.removeAll { $0 === socket } }
    }
    serve(router)
  }
}
