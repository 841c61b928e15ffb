// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import Rings

/// A file system server with files of zeros, which answers at once. Not measured.
struct MemoryFiles: ~Copyable {
  private var commands: RingConsumer<FileQueue>
  private var completions: RingProducer<FileQueue>
  private let share: SharedRegion

  init(_ commands: Ring<FileQueue>, _ completions: Ring<FileQueue>, _ share: SharedRegion) {
    self.commands = RingConsumer(commands)
    self.completions = RingProducer(completions)
    self.share = share
  }

  /// The size of the file at a path; nil if there is no such file.
  private func size(_ path: ShareBuffer) -> UInt64? {
    guard let name = share.copy(offset: path.offset, count: path.byteCount) else { return nil }
    if name == [UInt8]("/one.html".utf8) { return 1024 }
    if name == [UInt8]("/hundred.png".utf8) { return 100 * 1024 }
    return nil
  }

  /// Answers all commands. Returns whether there were any.
  mutating func serve() -> Bool {
    var isBusy = false
    while let message = try? commands.dequeue() {
      commands.release()
      isBusy = true
      var answer = FileAnswer(id: message[0], status: .success)
      switch FileCommand.parse(message, share: UInt64(share.byteCount)) {
      case .command(.stat(let path, let buffer)):
        var stat = FileStat()
        stat.mode = 0o100644
        stat.modified = 1_700_000_000
        if let size = size(path) {
          stat.size = size
          _ = share.store(stat.bytes.span, offset: buffer.offset)
        } else {
          answer.status = .noFile
        }
      case .command(.open(let path, _)): answer.value = size(path) ?? 0
      case .command(.read(let size, let offset, let buffer)):
        answer.value = min(size - min(offset, size), buffer.byteCount)
      case .command: break
      case .refused(let status): answer.status = status
      }
      _ = try? completions.enqueue(answer.message)
    }
    if isBusy { completions.publish() }
    return isBusy
  }
}
