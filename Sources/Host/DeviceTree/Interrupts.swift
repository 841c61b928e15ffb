// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension DeviceTree {
  /// Every entry of the node's `interrupts` or `interrupts-extended`, each followed on its own to
  /// the controller that seL4 drives.
  ///
  /// An entry fails if it ends before that, at a GPIO controller for instance.
  public func interrupts(of node: Node) -> [Result<DeviceInterrupt, DeviceTreeError>] {
    var resolver = InterruptResolver(self)
    return resolver.interrupts(of: node)
  }
}

/// Follows interrupts through one tree, and remembers what controllers raise: many devices share
/// them.
struct InterruptResolver {
  private struct Raised {
    var interrupts: [DeviceInterrupt] = []
    var more = false

    mutating func add(_ lines: [DeviceInterrupt]) {
      for line in lines where !interrupts.contains(line) {
        if interrupts.count < Bounds.raisedInterrupts {
          interrupts.append(line)
        } else {
          more = true
        }
      }
    }
  }

  let tree: DeviceTree
  /// By index of the controller.
  private var raised: [Int: Raised] = [:]
  /// Whether a GIC raises interrupts of another controller, by its index.
  private var cascades: [Int: Bool] = [:]

  init(_ tree: DeviceTree) { self.tree = tree }

  mutating func interrupts(
    of node: DeviceTree.Node
  ) -> [Result<DeviceInterrupt, DeviceTreeError>] {
    resolved(node, depth: 0)
  }

  /// Where the nexus passes the interrupts of devices on it, each place once.
  mutating func passedOn(
    by nexus: DeviceTree.Node
  ) -> [Result<DeviceInterrupt, DeviceTreeError>] {
    followed(tree.mapTargets(of: nexus), of: nexus, depth: 0)
  }

  /// - Parameter depth: how many controllers below raise this one's interrupts.
  private mutating func resolved(
    _ node: DeviceTree.Node, depth: Int
  ) -> [Result<DeviceInterrupt, DeviceTreeError>] {
    followed(tree.interruptSpecifiers(of: node), of: node, depth: depth)
  }

  private mutating func followed(
    _ specifiers: [Result<InterruptSpecifier, DeviceTreeError>], of node: DeviceTree.Node,
    depth: Int
  ) -> [Result<DeviceInterrupt, DeviceTreeError>] {
    specifiers.map { specifier in
      do throws(DeviceTreeError) {
        return .success(try follow(try specifier.get(), of: node, depth: depth))
      } catch {
        return .failure(error)
      }
    }
  }

  private mutating func follow(
    _ start: InterruptSpecifier, of node: DeviceTree.Node, depth: Int
  ) throws(DeviceTreeError) -> DeviceInterrupt {
    var interrupt = start
    for _ in 0..<Bounds.interruptSteps {
      let domain = tree.nodes[interrupt.domain]
      if domain["interrupt-map"] != nil {
        do throws(DeviceTreeError) {
          interrupt = try tree.mapped(interrupt, through: domain)
        } catch {
          // What is missing from a map is the device's problem, not the map's.
          throw error.node == nil ? tree.error(error.problem, at: node) : error
        }
      } else if let next = try step(interrupt, at: domain, of: node) {
        interrupt = next
      } else if let kind = ControllerKind(domain.compatible),
        let line = try line(interrupt.cells, of: kind, at: domain, for: node)
      {
        return line
      } else {
        throw tree.error(.multiplexed(line(interrupt.cells, of: domain, depth)), at: node)
      }
    }
    throw tree.error(.interruptLoop, at: node)
  }

  /// The line's number, if seL4 drives the controller; nil if it does not.
  private mutating func line(
    _ cells: [UInt32], of kind: ControllerKind, at domain: DeviceTree.Node,
    for node: DeviceTree.Node
  ) throws(DeviceTreeError) -> DeviceInterrupt? {
    let line: DeviceInterrupt?
    switch kind {
    case .gic:
      if isCascaded(domain) { return nil }
      guard cells.count >= 3 else { throw tree.error(.noInterruptCells, at: domain) }
      line = DeviceInterrupt(gicKind: cells[0], number: cells[1], flags: cells[2])
    case .plic, .aplic:
      guard let number = cells.first else { throw tree.error(.noInterruptCells, at: domain) }
      // Number 0 stands for no interrupt.
      let trigger = cells.count > 1 ? DeviceInterrupt.Trigger.named(by: cells[1]) : .some(nil)
      line = number == 0 ? nil : trigger.map { DeviceInterrupt(number: number, trigger: $0) }
    case .messages:
      throw tree.error(.messagesOnly(controller: domain.path), at: node)
    case .hart where cells == [.max]:
      throw tree.error(.unusedInterrupt, at: node)
    default:
      return nil
    }
    guard let line else {
      throw tree.error(.badInterrupt(cells, controller: domain.path), at: node)
    }
    return line
  }

  private mutating func line(
    _ cells: [UInt32], of controller: DeviceTree.Node, _ depth: Int
  ) -> ControllerLine {
    let raised = raised(by: controller, depth: depth)
    return ControllerLine(
      controller: controller.path, specifier: cells, raises: raised.interrupts,
      raisesMore: raised.more)
  }

  /// The controller's own interrupts, and those of the controllers that they go to.
  private mutating func raised(by controller: DeviceTree.Node, depth: Int) -> Raised {
    if let known = raised[controller.index] { return known }
    guard depth < Bounds.interruptSteps else { return Raised() }
    // Controllers that raise each other end here.
    raised[controller.index] = Raised()
    var result = Raised()
    if ControllerKind(controller.compatible) == .mesonGPIO {
      // The GIC's SPIs that it distributes its pins' interrupts to, as they come.
      let channels = controller["amlogic,channel-interrupts"]?.cells ?? []
      result.add(channels.compactMap { DeviceInterrupt(gicKind: 0, number: $0, flags: 0) })
    }
    for interrupt in resolved(controller, depth: depth + 1) {
      switch interrupt {
      case .success(let line): result.add([line])
      case .failure(let error):
        guard case .multiplexed(let line) = error.problem else { continue }
        result.add(line.raises)
        result.more = result.more || line.raisesMore
      }
    }
    raised[controller.index] = result
    return result
  }

  /// Whether a GIC raises interrupts of a controller other than the one that seL4 drives.
  private mutating func isCascaded(_ gic: DeviceTree.Node) -> Bool {
    if let known = cascades[gic.index] { return known }
    var result = false
    if gic["interrupts"] != nil || gic["interrupts-extended"] != nil {
      // Its own maintenance interrupt may go through a wakeup controller, back to itself.
      var domain = try? tree.interruptParent(of: gic)
      for _ in 0..<Bounds.interruptSteps {
        guard let here = domain, here.index != gic.index, here.passesOn else { break }
        domain = try? tree.interruptParent(of: here)
      }
      result = domain.map { $0.index != gic.index } ?? false
    }
    cascades[gic.index] = result
    return result
  }
}
