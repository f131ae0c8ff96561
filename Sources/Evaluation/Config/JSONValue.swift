internal import EvalCore
public import Foundation

/// A JSON document as a value, read with comments and trailing commas allowed.
public indirect enum JSONValue: Hashable, Sendable, Codable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Reads one value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes the value; whole numbers without a fraction.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let value):
      if let whole = Int(exactly: value) { try container.encode(whole) } else { try container.encode(value) }
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  /// Parses the bytes of `file`; comments and trailing commas are accepted.
  ///
  /// Throws `ConfigError.notJSON` with line and column, for a key that stands twice as well.
  public static func parse(_ data: Data, file: String) throws(ConfigError) -> JSONValue {
    do { return try JSONParser.parse(data) } catch {
      let place = JSONParser.place(of: error.offset, in: data)
      throw .notJSON(file: "\(file):\(place.line):\(place.column)", detail: error.detail)
    }
  }

  /// What messages call the type of this value.
  var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// Errors in files that users write: suites and run configurations.
public enum ConfigError: Error, Equatable, CustomStringConvertible {
  /// The file does not exist or cannot be read.
  case unreadable(file: String, detail: String)
  /// A folder where a file was expected.
  case isFolder(file: String, contents: [String])
  /// Not JSON.
  case notJSON(file: String, detail: String)
  /// A key nobody knows.
  case unknownKey(file: String, key: String, legal: [String])
  /// A key that must be there is not.
  case missingKey(file: String, key: String)
  /// A value of the wrong type or outside what is allowed.
  case badValue(file: String, key: String, found: String, expected: String)

  /// File, found, expected, fix.
  public var description: String {
    switch self {
    case .unreadable(let file, let detail): "\(file): cannot be read (\(detail)); check the path"
    case .isFolder(let file, let contents):
      "\(file): is a folder, expected a suite file; "
        + (contents.first.map { "name '\(file)/\($0)'" } ?? "make one with 'suites import \(file)'")
    case .notJSON(let file, let detail): "\(file): not valid JSON: \(detail)"
    case .unknownKey(let file, let key, let legal):
      "\(file): unknown key '\(key)'\(NearestMatch.hint(lastPart(key), among: legal)); "
        + "legal keys here: \(legal.sorted().joined(separator: ", "))"
    case .missingKey(let file, let key): "\(file): key '\(key)' is missing; add it"
    case .badValue(let file, let key, let found, let expected):
      "\(file): '\(key)' is \(found), expected \(expected)"
    }
  }

  /// The same error with line and column of its key behind the file's name; unchanged where the key cannot be
  /// found.
  ///
  /// For a key that is missing, the place is that of the object that should hold it.
  func located(in data: Data) -> ConfigError {
    func place(_ file: String, _ key: String) -> String {
      var path = key
      while true {
        if let place = JSONParser.place(of: path, in: data) { return "\(file):\(place.line):\(place.column)" }
        guard let dot = path.lastIndex(of: ".") else { return file }
        path = String(path[..<dot])
      }
    }
    return switch self {
    case .unreadable, .isFolder, .notJSON: self
    case .unknownKey(let file, let key, let legal):
      .unknownKey(file: place(file, key), key: key, legal: legal)
    case .missingKey(let file, let key): .missingKey(file: place(file, key), key: key)
    case .badValue(let file, let key, let found, let expected):
      .badValue(file: place(file, key), key: key, found: found, expected: expected)
    }
  }

  private func lastPart(_ key: String) -> String {
    key.split(separator: ".").last.map(String.init) ?? key
  }
}
