// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit

@main enum Main {
  static func main() { run(Server()) }
}

/// Answers calls, and defers signals while it does.
struct Server: ProtectionDomain {
  mutating func called(on channel: Channel, _ message: Message) -> Message {
    switch message.label {
    case 1:
      // Replies with every word plus one.
      var answer = Message(
        label: 2, count: message.count, message.word0 &+ 1, message.word1 &+ 1, message.word2 &+ 1,
        message.word3 &+ 1)
      for index in 4..<max(message.count, 4) { answer.setWord(index, message.word(index) &+ 1) }
      return answer
    case 3:
      // Deferring the second sends the first.
      Channel(1).notifyDeferred()
      Channel(2).notifyDeferred()
      return Message(label: 4)
    default:
      return .refused
    }
  }
}
