// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// A web server that was taken over, in the place of `web_server`: it asks the signer for everything that could give its key away or
// serve another purpose, and prints what it got. Tests/Boot/thief.py judges.

import CMicrokit
import Microkit
import ProgramHeap
import Records
import SerialWiring
import SignerWiring
import TimerWiring

@main enum Main {
  static func main() {
    // `serval generate` writes these records, too.
    _ = NetClientConfig.linked()
    _ = FileSystemClientConfig.linked()
    run(
      Thief(
        console: Console(SerialClientConfig.linked()),
        timer: TimerClient(TimerClientConfig.linked()),
        signer: Channel(TLSServerConfig.linked()[TLSServerConfig.signerID])))
  }
}

struct Thief: ProtectionDomain, ~Copyable {
  private var console: Console
  private let timer: TimerClient
  private let signer: Channel
  /// Answers to what no server needs.
  private var answers = 0

  init(console: consuming Console, timer: TimerClient, signer: Channel) {
    self.console = console
    self.timer = timer
    self.signer = signer
    timer.setTimeout(nanoseconds: 100_000_000)
  }

  mutating func notified(_ channels: ChannelSet) {
    guard channels.contains(timer.channel) else { return }
    sign("before")
    askForOtherHashes()
    askWithOtherSchemes()
    askForOtherContents()
    askWithMalformedMessages()
    useTheKernel()
    flood()
    sign("after")
    report("done")
  }

  // MARK: What a server may ask

  private mutating func sign(_ name: StaticString) {
    for count in [32, 48] {
      let reply = ask(request(hash(count)))
      guard reply.label == SignerCall.signed else {
        console.write("refused ")
        return report(name)
      }
      var signature = [UInt8](repeating: 0, count: 512)
      var span = signature.mutableSpan
      let byteCount = reply.bytes(into: &span) ?? 0
      console.write("signed ")
      console.write(name)
      console.write(" ")
      hexadecimal(hash(count))
      console.write(" ")
      hexadecimal(Array(signature[..<byteCount]))
      console.write("\n")
      console.flush()
    }
  }

  // MARK: What it may not

  private mutating func askForOtherHashes() {
    let longest = request(hash(Message.byteCapacity))
    for count in 0...Message.byteCapacity where count != 36 && count != 52 {
      expectRefusal(ask([UInt8](longest[..<count])))
    }
    report("hashes")
  }

  private mutating func askWithOtherSchemes() {
    for scheme in 0..<0x1000 where scheme != 0x403 {
      expectRefusal(ask(request(hash(32), scheme: scheme)))
    }
    for scheme in [0xfe00, 0xffff, 0x0304, 0x0904, 0x0905, 0x0906] {
      expectRefusal(ask(request(hash(48), scheme: scheme)))
    }
    report("schemes")
    for key in [1, 2, 7, 8, 255, 256, 0x7fff, 0xffff] {
      expectRefusal(ask(request(hash(32), key: key)))
    }
    report("keys")
  }

  private mutating func askForOtherContents() {
    let spaces = [UInt8](repeating: 0x20, count: 64)
    for context: StaticString in [
      "TLS 1.3, client CertificateVerify", "TLS 1.3, server CertificateVerify",
    ] {
      // All of the content, and the largest part that a shorter request could carry.
      let content = spaces + bytes(context) + [0] + hash(32)
      expectRefusal(ask(request(content)))
      expectRefusal(ask(content))
    }
    // TLS 1.2: both randoms, and the parameters of a ServerKeyExchange.
    expectRefusal(ask(request(hash(64) + [3, 0, 0x17, 65, 4] + hash(64))))
    // The beginning of a certificate to be signed.
    expectRefusal(ask(request([0x30, 0x82, 0x01, 0x0a, 0xa0, 0x03, 0x02, 0x01, 0x02] + hash(261))))
    report("contents")
  }

  private mutating func askWithMalformedMessages() {
    let good = request(hash(32))
    for label: UInt64 in [1, 2, 3, 0xff, 0x1_0000, 1 << 51, (1 << 52) - 1] {
      expectRefusal(signer.call(Message(label: label, bytes: good.span)))
    }
    for count in 0...Message.capacity {
      expectRefusal(signer.call(Message(label: SignerCall.sign, count: count)))
    }
    for length: UInt64 in [0, 1, 35, 37, 40, 44, 52, 952, 953, 1 << 32, 1 << 63, .max] {
      var message = Message(label: SignerCall.sign, bytes: good.span)
      // 37 and 40 bytes take as many words, so that only the hash's size is wrong.
      message.word0 = length
      expectRefusal(signer.call(message))
    }
    report("messages")
  }

  /// No capability of this domain leads to the signer's, but for calls.
  private mutating func useTheKernel() {
    signer.notify()
    // Children's TCBs would be there: TCB_ReadRegisters with 4 registers.
    for slot in CMICROKIT_CHILDREN..<CMICROKIT_CHILDREN + 64 {
      cmicrokit_set_ipc_word(0, 0)
      _ = cmicrokit_syscall(
        Int64(CMICROKIT_CALL), slot,
        cmicrokit_message(badge: 0, info: 2 | CMICROKIT_READ_REGISTERS << 12, words: (0, 4, 0, 0)),
        0, 0)
    }
    // A request with a capability: the signer takes none.
    let good = request(Array(hash(32)[..<31]))
    let message = Message(label: SignerCall.sign, bytes: good.span)
    cmicrokit_set_ipc_word(121, CMICROKIT_ENDPOINTS + UInt64(signer.id))
    let raw = cmicrokit_syscall(
      Int64(CMICROKIT_CALL), CMICROKIT_ENDPOINTS + UInt64(signer.id),
      cmicrokit_message(
        badge: 0, info: UInt64(message.count) | 1 << 7 | SignerCall.sign << 12,
        words: (message.word0, message.word1, message.word2, message.word3)), 0, 0)
    if raw.info >> 12 != SignerCall.refused { answers += 1 }
    report("kernel")
  }

  private mutating func flood() {
    for _ in 0..<2000 { expectRefusal(ask([])) }
    report("flood")
  }

  // MARK: Asking

  private func ask(_ bytes: [UInt8]) -> Message {
    signer.call(Message(label: SignerCall.sign, bytes: bytes.span))
  }

  /// A refusal is a label and not one word.
  private mutating func expectRefusal(_ reply: Message) {
    if reply.label != SignerCall.refused || reply.count != 0 { answers += 1 }
  }

  private func request(_ hash: [UInt8], scheme: Int = 0x403, key: Int = 0) -> [UInt8] {
    [scheme, key].flatMap { [UInt8($0 >> 8 & 0xff), UInt8($0 & 0xff)] } + hash
  }

  private func hash(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(($0 * 37 + 11) & 0xff) } }

  private func bytes(_ text: StaticString) -> [UInt8] {
    (0..<text.utf8CodeUnitCount).map { text.byte($0) }
  }

  // MARK: Reporting

  private mutating func report(_ name: StaticString) {
    console.write("thief ")
    console.write(name)
    console.write(" ")
    console.write(decimal: UInt64(answers))
    console.write("\n")
    console.flush()
  }

  private mutating func hexadecimal(_ bytes: [UInt8]) {
    for byte in bytes {
      for digit in [byte >> 4, byte & 15] { console.write(digit < 10 ? 48 + digit : 87 + digit) }
    }
  }
}
