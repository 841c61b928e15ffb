// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Web

// The example of docs/json.md. JSONTests has a link to this file.

struct Visitor: JSONCodable {
  var name: String
  var age: UInt8?

  init(json: JSONValue) throws(JSONError) {
    name = try json.value("name")
    age = try json.value("age")
  }

  func encode(to json: inout JSONWriter) {
    json.object {
      $0.add("name", name)
      $0.add("age", age)
    }
  }
}

final class Register {
  private var people: [Visitor] = []

  var routes: Router {
    var router = Router()
    router.get("/people") { _ in .json(self.people) }
    router.post("/people") { request in
      request.json(limit: 1000) { (person: Visitor) in
        guard self.people.count < 100 else { return .status(.serviceUnavailable) }
        self.people.append(person)
        return .json(person, status: .created)
      }
    }
    return router
  }
}
