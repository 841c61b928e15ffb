// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import JSON
import Testing

struct CodableTests {
  private func failure(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    do throws(JSONError) {
      _ = try [Person](parsingJSON: bytes)
      return nil
    } catch {
      return error.description(in: bytes)
    }
  }

  @Test func aValueIsReadAsItWasWritten() throws {
    let people = [
      Person("Ada \"the\" 😀\n", age: 36, likes: [.red, .green], scores: ["z": 1.5, "a": -0.1]),
      Person(""),
    ]
    let text = String(decoding: people.json, as: UTF8.self)
    #expect(
      text
        == #"[{"name":"Ada \"the\" 😀\n","age":36,"likes":["red","green"],"scores":{"a":-0.1,"z":1.5}},"#
        + #"{"name":"","age":null,"likes":[],"scores":{}}]"#)
    #expect(try [Person](parsingJSON: Array(text.utf8)) == people)
  }

  @Test func membersOfOptionalTypesMayBeMissing() throws {
    let person = try Person(parsingJSON: Array(#"{"name":"Bo"}"#.utf8))
    #expect(person == Person("Bo"))
  }

  @Test func errorsSayWhereAndWhy() {
    #expect(
      failure("[{\"name\": \"a\"},\n {\"age\": 1}]")
        == "line 2, column 2, $[1].name: there is no such member")
    #expect(
      failure("[{\"name\": 1}]")
        == "line 1, column 11, $[0].name: expected a string, found a number")
    #expect(
      failure("[{\"name\": \"a\", \"likes\": [\"red\", \"blue\"]}]")
        == "line 1, column 33, $[0].likes[1]: none of the values that are known here")
    #expect(
      failure("[{\"name\": \"a\", \"age\": 1.5}]")
        == "line 1, column 23, $[0].age: expected an integer, without fraction and exponent")
    #expect(
      failure("[{\"name\": \"a\", \"age\": 99999999999999999999}]")
        == "line 1, column 23, $[0].age: the number is out of range")
    #expect(
      failure("[{\"name\": \"a\", \"age\": -1}]")
        == "line 1, column 2, $[0]: an age is not negative")
    #expect(
      failure("[{\"name\": \"a\", \"scores\": {\"first one\": true}}]")
        == "line 1, column 40, $[0].scores[\"first one\"]: expected a number, found true or false")
    #expect(failure("{}") == "line 1, column 1, $: expected an array, found an object")
  }

  @Test func errorsInTheTextHaveAPath() throws {
    func path(_ text: String) -> String? {
      do throws(JSONError) {
        _ = try JSONValue(parsing: text)
        return nil
      } catch {
        return error.description()
      }
    }
    #expect(path("[1 2]") == "byte 3, $: unexpected '2'")
    #expect(
      path(#"{"a": [0, {"b": tru}]}"#)
        == "byte 16, $.a[1].b: unknown word; JSON has true, false and null")
    #expect(path(#"{"a": [0, {"b": 1} x]}"#) == "byte 19, $.a: unexpected 'x'")
    #expect(path("[[[") == "byte 3, $[0][0][0]: the text ends within a value")
    #expect(path("[\"\u{1}\"]") == "byte 2, $[0]: byte 0x01 in a string; escape it")
    #expect(path("") == "byte 0, $: the text ends within a value")
  }

  @Test func limitsHold() throws {
    let limits = JSONLimits(byteCount: 10, depth: 2, valueCount: 4)
    func reason(_ text: String) -> JSONError.Reason? {
      do throws(JSONError) {
        _ = try JSONValue(parsing: text, limits: limits)
        return nil
      } catch { return error.reason }
    }
    #expect(reason("[[1,2]]") == nil)
    #expect(reason("[1,2,3]") == nil)
    #expect(reason("[1,2,3,4]") == .tooManyValues(limit: 4))
    #expect(reason("[[[1]]]") == .tooDeep(limit: 2))
    #expect(reason("1234567890") == nil)
    #expect(reason("12345678901") == .tooLong(limit: 10))
    #expect(JSONLimits(byteCount: .max).byteCount == Int(Int32.max))
  }
}
