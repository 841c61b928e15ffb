// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import JSON

enum Colour: String, JSONCodable {
  case red, green
}

struct Person: JSONCodable, Equatable {
  var name: String
  var age: Int?
  var likes: [Colour]
  var scores: [String: Double] = [:]

  init(_ name: String, age: Int? = nil, likes: [Colour] = [], scores: [String: Double] = [:]) {
    (self.name, self.age, self.likes, self.scores) = (name, age, likes, scores)
  }

  init(json: JSONValue) throws(JSONError) {
    name = try json.value("name")
    age = try json.value("age")
    likes = try json.value("likes", or: [])
    scores = try json.value("scores", or: [:])
    if let age, age < 0 { throw json.refused("an age is not negative") }
  }

  func encode(to json: inout JSONWriter) {
    json.object {
      $0.add("name", name)
      $0.add("age", age)
      $0.add("likes", likes)
      $0.add("scores", scores)
    }
  }
}
