// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The client's end of a connection to a file system server: up to 511 commands in flight, answers
/// in any order. What the server may do wrong is counted and harms nothing.
public struct FileSystemClient: ~Copyable {
  /// An answer with the caller's own name for the command.
  public struct Completion: Equatable, Sendable {
    public var tag: UInt64
    public var status: FileStatus
    public var value: UInt64
  }

  private var commands: RingProducer<FileQueue>
  private var completions: RingConsumer<FileQueue>
  private var tags = [UInt64](repeating: 0, count: FileQueue.capacity)
  private var isInFlight = [Bool](repeating: false, count: FileQueue.capacity)
  private var freeIDs: [UInt16]
  private var hasUnpublished = false
  /// Answers to no command of ours.
  public private(set) var unknownAnswers: UInt64 = 0

  public init(commands: Ring<FileQueue>, completions: Ring<FileQueue>) {
    self.commands = RingProducer(commands)
    self.completions = RingConsumer(completions)
    freeIDs = []
    for id in stride(from: FileQueue.capacity - 1, through: 0, by: -1) {
      freeIDs.append(UInt16(id))
    }
  }

  public var inFlight: Int { FileQueue.capacity - freeIDs.count }

  /// Puts a command into the queue; the server sees it after `publish`. False when too many are in
  /// flight.
  public mutating func submit(_ command: FileCommand, tag: UInt64) throws(PeerFault) -> Bool {
    guard let id = freeIDs.last else { return false }
    guard try commands.enqueue(command.message(id: UInt64(id))) else { return false }
    freeIDs.removeLast()
    tags[Int(id)] = tag
    isInFlight[Int(id)] = true
    hasUnpublished = true
    return true
  }

  /// Hands over what was submitted: whether the server has to be notified.
  public mutating func publish() -> Bool {
    guard hasUnpublished else { return false }
    hasUnpublished = false
    commands.publish()
    return true
  }

  /// The next answer; nil when there is none now.
  public mutating func nextCompletion() throws(PeerFault) -> Completion? {
    while let message = try completions.dequeue() {
      completions.release()
      let answer = FileAnswer(message)
      guard answer.id < UInt64(FileQueue.capacity), isInFlight[Int(answer.id)] else {
        unknownAnswers &+= 1
        continue
      }
      isInFlight[Int(answer.id)] = false
      freeIDs.append(UInt16(answer.id))
      return Completion(
        tag: tags[Int(answer.id)], status: answer.status, value: answer.value)
    }
    return nil
  }
}
