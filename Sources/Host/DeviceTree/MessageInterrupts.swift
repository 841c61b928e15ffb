// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Message-signalled interrupts, which have no lines: Linux's msi and pci-msi bindings.

extension DeviceTree {
  /// Paths of the controllers in `msi-parent` and `msi-map`, each once.
  func messageControllers(of node: Node) -> [Result<String, DeviceTreeError>] {
    var result: [Result<String, DeviceTreeError>] = []
    func add(_ entry: Result<String, DeviceTreeError>) {
      if !result.contains(entry) { result.append(entry) }
    }
    for parent in messageParents(of: node) { add(parent) }
    if node["msi-map"] != nil {
      do throws(DeviceTreeError) {
        // First requester, controller, first message, count.
        let map = try cells(of: "msi-map", at: node, unit: 4)
        for entry in stride(from: 0, to: map.count, by: 4) {
          add(controller(phandle: map[entry + 1], property: "msi-map", of: node))
        }
      } catch {
        add(.failure(error))
      }
    }
    return result
  }

  /// `msi-parent`: phandles, each followed by as many cells as the controller's `#msi-cells`.
  private func messageParents(of node: Node) -> [Result<String, DeviceTreeError>] {
    let property = "msi-parent"
    guard node[property] != nil else { return [] }
    var result: [Result<String, DeviceTreeError>] = []
    do throws(DeviceTreeError) {
      var rest = try cells(of: property, at: node, unit: 1)[...]
      while let phandle = rest.popFirst() {
        result.append(controller(phandle: phandle, property: property, of: node))
        let width = Int(self.node(phandle: phandle)?["#msi-cells"]?.cell ?? 0)
        rest = rest.dropFirst(width)
      }
    } catch {
      result.append(.failure(error))
    }
    return result
  }

  private func controller(
    phandle: UInt32, property: String, of node: Node
  ) -> Result<String, DeviceTreeError> {
    if let controller = self.node(phandle: phandle) { return .success(controller.path) }
    return .failure(error(.noSuchPhandle(phandle, property: property), at: node))
  }
}
