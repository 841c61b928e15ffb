// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A page for the chat.
let chatPage = """
  <!doctype html>
  <title>Chat</title>
  <ul id="said"></ul>
  <form id="form"><input id="text" autofocus></form>
  <script>
    const socket = new WebSocket(`ws://${location.host}/chat`)
    socket.onmessage = ({data}) => {
      said.append(Object.assign(document.createElement("li"), {textContent: data}))
    }
    form.onsubmit = () => { socket.send(text.value); text.value = ""; return false }
  </script>
  """

/// A page that tries what a browser can do with a WebSocket, and then says so in its title.
let trialPage = """
  <!doctype html>
  <title>waiting</title>
  <script>
    const long = "\u{20ac}".repeat(20000), heard = []
    const socket = new WebSocket(`ws://${location.host}/echo`, ["other", "echo"])
    socket.binaryType = "arraybuffer"
    socket.onopen = () => {
      socket.send("Hello"); socket.send(long); socket.send(new Uint8Array([1, 0, 255]))
    }
    socket.onmessage = ({data}) => {
      if (data instanceof ArrayBuffer) data = new Uint8Array(data).join()
      heard.push(data === long ? "long" : data)
      if (heard.length === 3) socket.close(4001, "done")
    }
    socket.onclose = event => {
      document.title = [
        socket.protocol, ...heard, event.code, event.reason, event.wasClean,
      ].join(" ")
      fetch("/seen")
    }
    socket.onerror = () => { document.title = "error" }
  </script>
  <img src="/unseen">
  """
