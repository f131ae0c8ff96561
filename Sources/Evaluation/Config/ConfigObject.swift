/// Reads one JSON object key by key, checks types, and knows which keys nobody asked for.
struct ConfigObject {
  let file: String
  let path: String
  private let members: [String: JSONValue]
  private var asked: Set<String> = []

  init(_ value: JSONValue, file: String, path: String = "") throws(ConfigError) {
    guard case .object(let members) = value else {
      throw .badValue(
        file: file, key: path.isEmpty ? "the document" : path, found: value.typeName, expected: "an object")
    }
    self.file = file
    self.path = path
    self.members = members
  }

  func keyPath(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The raw value of `key`, nil when absent or null.
  mutating func value(_ key: String) -> JSONValue? {
    asked.insert(key)
    guard let value = members[key], value != .null else { return nil }
    return value
  }

  func bad(_ key: String, _ value: JSONValue, _ expected: String) -> ConfigError {
    let found: String =
      switch value {
      case .string(let text): "'\(text.prefix(80))'"
      case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
      default: value.typeName
      }
    return .badValue(file: file, key: keyPath(key), found: found, expected: expected)
  }

  mutating func string(_ key: String) throws(ConfigError) -> String? {
    guard let value = value(key) else { return nil }
    guard case .string(let text) = value else { throw bad(key, value, "a string") }
    return text
  }

  mutating func requiredString(_ key: String) throws(ConfigError) -> String {
    guard let text = try string(key) else { throw .missingKey(file: file, key: keyPath(key)) }
    return text
  }

  mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(ConfigError) -> Int? {
    guard let value = value(key) else { return nil }
    // Beyond 2^53 not every whole number is a double: what was written would not be what is used.
    let exact = range.clamped(to: -(1 << 53)...(1 << 53))
    guard case .number(let number) = value, let whole = Int(exactly: number), exact.contains(whole) else {
      let bounds =
        range.upperBound == .max && abs(asNumber(value)) <= 0x1p53
        ? "of at least \(exact.lowerBound)" : "from \(exact.lowerBound) to \(exact.upperBound)"
      throw bad(key, value, "a whole number \(bounds)")
    }
    return whole
  }

  private func asNumber(_ value: JSONValue) -> Double {
    if case .number(let number) = value { number } else { 0 }
  }

  mutating func double(_ key: String) throws(ConfigError) -> Double? {
    guard let value = value(key) else { return nil }
    guard case .number(let number) = value, number.isFinite else { throw bad(key, value, "a number") }
    return number
  }

  mutating func bool(_ key: String) throws(ConfigError) -> Bool? {
    guard let value = value(key) else { return nil }
    guard case .bool(let flag) = value else { throw bad(key, value, "true or false") }
    return flag
  }

  mutating func strings(_ key: String) throws(ConfigError) -> [String]? {
    guard let value = value(key) else { return nil }
    guard case .array(let elements) = value else { throw bad(key, value, "a list of strings") }
    var texts: [String] = []
    for element in elements {
      guard case .string(let text) = element else { throw bad(key, element, "a list of strings") }
      texts.append(text)
    }
    return texts
  }

  mutating func objects(_ key: String) throws(ConfigError) -> [ConfigObject]? {
    guard let value = value(key) else { return nil }
    guard case .array(let elements) = value else { throw bad(key, value, "a list of objects") }
    var objects: [ConfigObject] = []
    for (index, element) in elements.enumerated() {
      objects.append(try ConfigObject(element, file: file, path: keyPath("\(key)[\(index)]")))
    }
    return objects
  }

  mutating func object(_ key: String) throws(ConfigError) -> ConfigObject? {
    guard let value = value(key) else { return nil }
    return try ConfigObject(value, file: file, path: keyPath(key))
  }

  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String) throws(ConfigError)
    -> Choice?
  {
    guard let text = try string(key) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let legal = Choice.allCases.map(\.rawValue)
      throw bad(key, .string(text), "one of \(legal.joined(separator: ", "))")
    }
    return choice
  }

  /// All members as strings: for free tables such as metric options.
  mutating func stringTable() throws(ConfigError) -> [String: String] {
    var table: [String: String] = [:]
    for key in members.keys.sorted() {
      switch value(key) {
      case .string(let text): table[key] = text
      case .number(let number): table[key] = Int(exactly: number).map { "\($0)" } ?? "\(number)"
      case .bool(let flag): table[key] = flag ? "true" : "false"
      case let other?: throw bad(key, other, "a string, a number or a boolean")
      case nil: continue
      }
    }
    return table
  }

  /// The keys of this object.
  var keys: [String] { members.keys.sorted() }

  /// Throws for the first key that nobody asked for; call it last.
  func finish() throws(ConfigError) {
    if let unknown = members.keys.filter({ !asked.contains($0) }).sorted().first {
      throw .unknownKey(file: file, key: keyPath(unknown), legal: asked.sorted())
    }
  }
}
