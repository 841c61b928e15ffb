// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The client's end of a connection to a file system server (lions/fs/protocol.h): up to 511 commands in flight,
/// answered in any order. A server that breaks the protocol is counted and does no harm.
public struct FileSystemClient: ~Copyable {
  /// An answer to a command.
  public struct Completion: Equatable, Sendable {
    /// The command's number, as `submit` returned it.
    public var number: Int
    /// Whether the command succeeded, or why not.
    public var status: FileStatus
    /// First word of the answer: a descriptor, a number of bytes or a position, by command.
    public var value: UInt64
  }

  /// Commands in flight at most; their numbers are below it.
  public static var commandLimit: Int { FileQueue.capacity }

  private var commands: RingProducer<FileQueue>
  private var completions: RingConsumer<FileQueue>
  private var isInFlight = [Bool](repeating: false, count: FileQueue.capacity)
  private var freeNumbers: [UInt16]
  private var hasUnpublished = false
  /// Answers to commands that are not in flight.
  public private(set) var unknownAnswers: UInt64 = 0

  /// - Parameters:
  ///   - commands: the queue to the server.
  ///   - completions: the queue from the server.
  public init(commands: Ring<FileQueue>, completions: Ring<FileQueue>) {
    self.commands = RingProducer(commands)
    self.completions = RingConsumer(completions)
    freeNumbers = []
    for number in stride(from: Self.commandLimit - 1, through: 0, by: -1) {
      freeNumbers.append(UInt16(number))
    }
  }

  /// Commands that have no answer yet.
  public var inFlight: Int { Self.commandLimit - freeNumbers.count }

  /// Whether `submit` has a number for another command.
  public var hasRoom: Bool { !freeNumbers.isEmpty }

  /// Queues a command, which the server sees after `publish`.
  ///
  /// - Returns: the command's number, which its completion carries and no other command in flight has; nil if too many
  ///   commands are in flight.
  /// - Throws: `PeerFault` if the server's queue index is impossible.
  public mutating func submit(_ command: FileCommand) throws(PeerFault) -> Int? {
    guard let number = freeNumbers.last,
      try commands.enqueue(command.message(id: UInt64(number)))
    else { return nil }
    freeNumbers.removeLast()
    isInFlight[Int(number)] = true
    hasUnpublished = true
    return Int(number)
  }

  /// Makes submitted commands visible to the server.
  ///
  /// - Returns: whether the server has to be notified.
  public mutating func publish() -> Bool {
    guard hasUnpublished else { return false }
    hasUnpublished = false
    commands.publish()
    return true
  }

  /// The next answer, or nil if none has arrived.
  ///
  /// - Throws: `PeerFault` if the server's queue index is impossible.
  public mutating func nextCompletion() throws(PeerFault) -> Completion? {
    while let message = try completions.dequeue() {
      completions.release()
      let answer = FileAnswer(message)
      guard answer.id < UInt64(Self.commandLimit), isInFlight[Int(answer.id)] else {
        unknownAnswers &+= 1
        continue
      }
      isInFlight[Int(answer.id)] = false
      freeNumbers.append(UInt16(answer.id))
      return Completion(
        number: Int(answer.id), status: answer.status, value: answer.value)
    }
    return nil
  }
}

#if !hasFeature(Embedded)
  extension FileSystemClient {
    /// What is inconsistent in this state, or nil; for tests.
    public func checkInvariants() -> String? {
      var isFree = [Bool](repeating: false, count: Self.commandLimit)
      for number in freeNumbers {
        if isFree[Int(number)] { return "number \(number) is free twice" }
        isFree[Int(number)] = true
      }
      for number in 0..<Self.commandLimit where isFree[number] == isInFlight[number] {
        return "number \(number) is both free and in flight, or neither"
      }
      return nil
    }
  }
#endif
