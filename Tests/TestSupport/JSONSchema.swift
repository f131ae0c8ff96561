public import Foundation

/// The part of JSON Schema that our published schemas use: enough to hold real files against them.
public struct JSONSchema {
  private let root: JSON

  /// Reads a schema file of `Docs/schemas` by name, for example `suite-1`.
  public init(named name: String) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Docs/schemas/\(name).schema.json")
    root = try JSONDecoder().decode(JSON.self, from: try Data(contentsOf: file))
  }

  /// Everything in the document that the schema does not allow, by path; empty when it is valid.
  public func faults(_ document: Data) throws -> [String] {
    faults(try JSONDecoder().decode(JSON.self, from: document), root, at: "$")
  }

  /// The names of the properties at a path of property names and `[]`.
  public func properties(_ path: [String] = []) -> Set<String> {
    var schema = root
    for step in path { schema = (step == "[]" ? schema["items"] : schema["properties"]?[step]) ?? .null }
    return Set(schema["properties"]?.members?.keys.map(\.self) ?? [])
  }

  private func faults(_ value: JSON, _ schema: JSON, at path: String) -> [String] {
    var found: [String] = []
    if let constant = schema["const"], constant != value { found.append("\(path): not the constant") }
    if let choices = schema["enum"]?.elements, !choices.contains(value) {
      found.append("\(path): not one of the choices")
    }
    let types = schema["type"]?.elements?.compactMap(\.text) ?? schema["type"]?.text.map { [$0] } ?? []
    if !types.isEmpty, !types.contains(where: { Self.isType($0, value) }) {
      return found + ["\(path): not of type \(types.joined(separator: " or "))"]
    }
    switch value {
    case .string(let text): found += faults(text, schema, at: path)
    case .number(let number):
      if let least = schema["minimum"]?.number, number < least { found.append("\(path): below \(least)") }
      if let most = schema["maximum"]?.number, number > most { found.append("\(path): above \(most)") }
    case .array(let elements):
      if let least = schema["minItems"]?.number, Double(elements.count) < least {
        found.append("\(path): too few elements")
      }
      if let items = schema["items"] {
        for (index, element) in elements.enumerated() {
          found += faults(element, items, at: "\(path)[\(index)]")
        }
      }
    case .object(let members): found += faults(members, schema, at: path)
    case .null, .bool: break
    }
    if let options = schema["oneOf"]?.elements {
      let fitting = options.count { faults(value, $0, at: path).isEmpty }
      if fitting != 1 { found.append("\(path): fits \(fitting) of the alternatives, expected one") }
    }
    return found
  }

  private func faults(_ text: String, _ schema: JSON, at path: String) -> [String] {
    var found: [String] = []
    if let pattern = schema["pattern"]?.text, text.range(of: pattern, options: .regularExpression) == nil {
      found.append("\(path): does not fit \(pattern)")
    }
    if let least = schema["minLength"]?.number, Double(text.count) < least {
      found.append("\(path): too short")
    }
    if let most = schema["maxLength"]?.number, Double(text.count) > most { found.append("\(path): too long") }
    return found
  }

  private func faults(_ members: [String: JSON], _ schema: JSON, at path: String) -> [String] {
    let required = schema["required"]?.elements?.compactMap(\.text) ?? []
    var found = required.filter { members[$0] == nil }.map { "\(path).\($0): missing" }
    if let names = schema["propertyNames"] {
      for key in members.keys { found += faults(.string(key), names, at: "\(path).\(key) (name)") }
    }
    for (key, member) in members.sorted(by: { $0.key < $1.key }) {
      if let own = schema["properties"]?[key] {
        found += faults(member, own, at: "\(path).\(key)")
      } else if schema["additionalProperties"] == .bool(false) {
        found.append("\(path).\(key): not allowed")
      } else if let rest = schema["additionalProperties"] {
        found += faults(member, rest, at: "\(path).\(key)")
      }
    }
    return found
  }

  private static func isType(_ type: String, _ value: JSON) -> Bool {
    switch (type, value) {
    case ("object", .object), ("array", .array), ("string", .string), ("null", .null), ("boolean", .bool):
      true
    case ("number", .number): true
    case ("integer", .number(let number)): number == number.rounded()
    default: false
    }
  }
}

/// A JSON document as a value.
private indirect enum JSON: Decodable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSON].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSON].self))
    }
  }

  var members: [String: JSON]? { if case .object(let members) = self { members } else { nil } }
  var elements: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
  var text: String? { if case .string(let text) = self { text } else { nil } }
  var number: Double? { if case .number(let number) = self { number } else { nil } }
  subscript(key: String) -> JSON? { members?[key] }
}
