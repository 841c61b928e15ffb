// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

extension NFSClient {
  /// Completes a read whose blocks are all in the cache; otherwise requests the missing ones.
  ///
  /// - Parameter found: the file's attributes, if the server has just sent them.
  mutating func serveRead(_ index: Int, _ now: Instant, found: FileAttributes? = nil) {
    guard let operation = operations[index],
      case .read(let file, let offset, var count) = operation.request
    else { return }
    guard offset < 1 << 62 else { return complete(index, .data([])) }
    let isFirstLook = operation.stage == .final
    let restarts = operation.restarts
    operation.stage = .blocks
    waitsForBlocks[index] = true
    // If many readers each waited for several blocks, they could evict each other's forever.
    let capacity = min(settings.blockCount, settings.blockBytes / Int(blockSize))
    let isCrowded = operationCount > capacity / 8
    let blockLimit = isCrowded ? 1 : UInt64(settings.blocksPerRead)
    count = min(count, blockSize * blockLimit - offset % blockSize)
    let known = found ?? attributes.attributes(file, now: now)
    if let known {
      guard offset < known.size else { return complete(index, .data([])) }
      count = min(count, known.size - offset)
    }
    guard count > 0 else { return complete(index, .data([])) }
    let last = (offset + count - 1) / blockSize
    var isComplete = true
    for number in offset / blockSize...last {
      switch blockState(file, number, known, now) {
      case .ready: break
      case .changed:
        // Give up on consistency if the file keeps changing.
        guard let place = blocks.find(file, number), restarts < 3 else { break }
        operations[index]?.restarts += 1
        blocks.free(place)
        isComplete = false
        startLoading(file, number, now)
      case .loading: isComplete = false
      case .stale:
        operations[index]?.stage = .revalidation
        return issue(index, .getAttributes(file), now)
      case .failed(let error):
        if let place = blocks.find(file, number) { blocks.free(place) }
        return fail(index, error)
      }
    }
    if isFirstLook { readAhead(file, offset: offset, count: count, known, now) }
    if isComplete { complete(index, .data(pieces(file, offset, count))) }
  }

  private enum BlockState {
    case ready
    case loading
    /// There, but of another version of the file.
    case changed
    /// There, but perhaps of another version of the file.
    case stale
    case failed(FileError)
  }

  private mutating func blockState(
    _ file: FileHandle, _ number: UInt64, _ known: FileAttributes?, _ now: Instant
  ) -> BlockState {
    if let place = blocks.find(file, number) {
      let block = blocks.blocks[place]
      switch block.state {
      case .loading:
        blocks.blocks[place].isAhead = false
        return .loading
      case .failed(let error): return .failed(error)
      case .ready:
        blocks.touch(place)
        guard let known else { return now < block.until ? .ready : .stale }
        if let version = block.attributes {
          return version.hasSameContent(as: known) ? .ready : .changed
        }
        // Of an unknown version: valid until newer attributes of the file arrive.
        let lookedUntil = attributes.last(file)?.until ?? .never
        return lookedUntil <= block.until ? .ready : .changed
      case .free: break
      }
    }
    startLoading(file, number, now)
    return .loading
  }

  private mutating func startLoading(_ file: FileHandle, _ number: UInt64, _ now: Instant) {
    if let place = blocks.allocate(file, number) {
      requestBlock(place, now)
    } else {
      readsWait = true
    }
  }

  private mutating func readAhead(
    _ file: FileHandle, offset: UInt64, count: UInt64, _ known: FileAttributes?, _ now: Instant
  ) {
    let limit = min(settings.readAhead, settings.blockCount / 4)
    let window = readers.record(file, offset: offset, count: count, limit: limit)
    // Read-ahead needs the size of the file.
    guard window > 0, let known, known.size > 0 else { return }
    let next = (offset + count - 1) / blockSize + 1
    let end = (known.size - 1) / blockSize
    guard next <= end else { return }
    for number in next...min(end, next + UInt64(window) - 1)
    where blocks.find(file, number) == nil {
      // Read-ahead uses at most half of the calls.
      guard session.callCount * 2 < session.settings.callLimit,
        let place = blocks.allocate(file, number)
      else { return }
      blocks.blocks[place].isAhead = true
      requestBlock(place, now)
    }
  }

  /// The cached part of `count` bytes from `offset`, up to the first short block.
  private func pieces(_ file: FileHandle, _ offset: UInt64, _ count: UInt64) -> [ArraySlice<UInt8>]
  {
    var pieces: [ArraySlice<UInt8>] = []
    var position = offset
    let end = offset + count
    while position < end {
      guard let place = blocks.find(file, position / blockSize) else { break }
      let block = blocks.blocks[place]
      let start = Int(position % blockSize)
      guard start < block.range.count else { break }
      let length = min(block.range.count - start, Int(min(end - position, blockSize)))
      let from = block.range.lowerBound + start
      pieces.append(block.bytes[from..<from + length])
      position += UInt64(length)
      if block.range.count < Int(blockSize) { break }
    }
    return pieces
  }

  // MARK: Blocks on their way

  /// Sends a block's READ, or keeps it until there is room.
  private mutating func requestBlock(_ place: Int, _ now: Instant) {
    let block = blocks.blocks[place]
    guard let file = block.file else { return blocks.free(place) }
    // Eight calls are reserved for other operations.
    guard session.callCount + 8 < session.settings.callLimit || session.callCount == 0 else {
      blocks.blocks[place].wantsCall = true
      blocks.blocks[place].until = .start
      blocksWait = true
      return
    }
    let loaded = UInt64(block.range.count)
    if loaded == 0 { blocks.blocks[place].before = attributes.last(file)?.attributes }
    let call = NFSCall.read(
      file, offset: block.number &* blockSize &+ loaded,
      count: UInt32(truncatingIfNeeded: blockSize - loaded))
    let isMade = session.call(call, tag: blockTag(of: place), now: now)
    blocks.blocks[place].wantsCall = !isMade
    blocks.blocks[place].until = .start
    guard isMade else {
      blocksWait = true
      return
    }
    blockReads &+= 1
    if block.isAhead { blockReadsAhead &+= 1 }
  }

  mutating func retryBlocks(_ now: Instant) {
    if blocksWait {
      blocksWait = false
      for place in blocks.blocks.indices where blocks.blocks[place].wantsCall {
        if blocks.blocks[place].until <= now { requestBlock(place, now) } else { blocksWait = true }
      }
    }
    if readsWait, blocks.blocks.contains(where: { $0.state != .loading }) {
      readsWait = false
      for index in operations.indices where operations[index]?.stage == .blocks {
        serveRead(index, now)
      }
    }
  }

  mutating func handleBlockAnswer(_ place: Int, _ answer: NFSSession.Answer, _ now: Instant) {
    let block = blocks.blocks[place]
    guard block.state == .loading, let file = block.file else { return }
    guard let result = answer.result else {
      return finishBlock(place, .failed(.protocolViolation), now)
    }
    if let found = result.attributes { cacheAttributes(found, file, now) }
    guard result.status == .ok, case .data(let record, let range, let isEnd) = result.payload
    else {
      if result.status == .jukebox {
        blocks.blocks[place].wantsCall = true
        blocks.blocks[place].until = now + settings.busyTime
        blocksWait = true
        return
      }
      if result.status == .stale || result.status == .badHandle { attributes.remove(file) }
      let error: FileError =
        result.status == .ok ? .protocolViolation : .server(result.status)
      return finishBlock(place, .failed(error), now)
    }
    guard range.count <= Int(blockSize) - block.range.count else {
      return finishBlock(place, .failed(.protocolViolation), now)
    }
    // The server samples attributes after the read, so a write may have happened in between. The data belongs to the
    // reported version only if that version is the one we knew before the call.
    let found = result.attributes
    var isOfOneVersion = true
    if let found { isOfOneVersion = block.before?.hasSameContent(as: found) ?? false }
    let isWhole = isEnd || block.range.count + range.count == Int(blockSize)
    guard isOfOneVersion || isWhole && block.range.isEmpty else {
      // Its parts may be of several: once more from its start.
      blocks.blocks[place].range = 0..<0
      blocks.blocks[place].bytes = []
      blocks.blocks[place].attributes = nil
      return requestRest(place, now)
    }
    blocks.append(record, range, to: place)
    blocks.blocks[place].attributes = isOfOneVersion ? found : nil
    if isWhole { return finishBlock(place, .ready, now, isOfOneVersion: isOfOneVersion) }
    guard !range.isEmpty else { return finishBlock(place, .failed(.protocolViolation), now) }
    requestRest(place, now)
  }

  /// Requests the rest of a block, at most 64 times.
  private mutating func requestRest(_ place: Int, _ now: Instant) {
    blocks.blocks[place].continuations += 1
    guard blocks.blocks[place].continuations <= 64 else {
      return finishBlock(place, .failed(.protocolViolation), now)
    }
    requestBlock(place, now)
  }

  /// Ends the loading of a block and resumes the reads that wait for it.
  private mutating func finishBlock(
    _ place: Int, _ state: BlockCache.State, _ now: Instant, isOfOneVersion: Bool = true
  ) {
    blocks.finish(place, state)
    blocks.blocks[place].until = isOfOneVersion ? now + settings.attributeTime : .start
    let file = blocks.blocks[place].file
    for index in waitsForBlocks.indices where waitsForBlocks[index] {
      guard operations[index]?.stage == .blocks else {
        waitsForBlocks[index] = false
        continue
      }
      if case .read(let wanted, _, _) = operations[index]?.request, wanted == file {
        serveRead(index, now)
      }
    }
    if case .failed = state, blocks.blocks[place].state == state { blocks.free(place) }
  }

  /// Blocks of another size have other numbers. Reads that wait for blocks ask for those.
  mutating func changeBlockSize(_ size: UInt64, _ now: Instant) {
    guard size != blockSize else { return }
    blockSize = size
    for place in blocks.blocks.indices where blocks.blocks[place].state != .free {
      if blocks.blocks[place].state == .loading { session.cancel(tag: blockTag(of: place)) }
      blocks.free(place)
    }
    for index in operations.indices where operations[index]?.stage == .blocks {
      serveRead(index, now)
    }
  }
}
