internal import EvalCore
internal import Foundation

/// The file behind `PublishedTables`, as written; see `Baselines/README.md`.
struct PublishedDocument: Decodable, Sendable {
  static let schema = "published/1"

  let source: String
  let protocolName: String
  let suites: [Suite]
  let tables: [Table]
  let rows: [Row]

  struct Suite: Decodable, Sendable {
    let name: String
    let title: String
    let clips: Int
    let frames: Int?
    let about: String
  }

  struct Table: Decodable, Sendable {
    let table: Int
    let caption: String
    let metrics: [MetricID]
  }

  struct Row: Decodable, Sendable {
    let table: Int
    let suite: String
    let method: String
    let provenance: String?
    let values: [String: Double?]
    let reasons: [String: String]?
    let relativeTime: Double?
  }

  static func decode(_ json: Data, file: String) throws -> PublishedDocument {
    let document: PublishedDocument
    do {
      document = try JSONDecoder().decode(PublishedDocument.self, from: json)
    } catch let error as DecodingError {
      throw PublishedTablesError(error, file: file)
    } catch let error as UnknownKey {
      throw PublishedTablesError.unknownKey(file: file, key: error.path, known: error.known)
    }
    try document.check(file: file)
    return document
  }

  // MARK: - Checks the form alone does not make

  private func check(file: String) throws {
    func reject(_ key: String, _ found: String, _ expected: String) -> PublishedTablesError {
      .invalid(file: file, key: key, found: found, expected: expected)
    }
    let suiteNames = suites.map(\.name)
    for (index, suite) in suites.enumerated() {
      if suiteNames.firstIndex(of: suite.name) != index {
        throw reject("suites[\(index)].name", "'\(suite.name)' twice", "one entry per test set")
      }
      if suite.clips < 1 { throw reject("suites[\(index)].clips", "\(suite.clips)", "at least 1") }
      if let frames = suite.frames, frames < 1 {
        throw reject("suites[\(index)].frames", "\(frames)", "at least 1, or null where not stated")
      }
    }
    let numbers = tables.map(\.table)
    for (index, table) in tables.enumerated() {
      if numbers.firstIndex(of: table.table) != index {
        throw reject("tables[\(index)].table", "\(table.table) twice", "one entry per table")
      }
      if table.metrics.isEmpty || Set(table.metrics).count != table.metrics.count {
        throw reject("tables[\(index)].metrics", "\(table.metrics.map(\.rawValue))", "each metric once")
      }
    }
    var seen: Set<[String]> = []
    for (index, row) in rows.enumerated() {
      let key = "rows[\(index)]"
      guard let table = tables.first(where: { $0.table == row.table }) else {
        throw reject("\(key).table", "\(row.table)", "a table listed under 'tables': \(numbers)")
      }
      if !suiteNames.contains(row.suite) {
        throw reject("\(key).suite", "'\(row.suite)'", "one of \(suiteNames)")
      }
      if row.method.isEmpty { throw reject("\(key).method", "an empty name", "the row's name") }
      if !seen.insert(["\(row.table)", row.suite, row.method]).inserted {
        throw reject(
          "\(key).method", "'\(row.method)' twice on '\(row.suite)'", "one row per method and test set")
      }
      let legal = table.metrics.map(\.rawValue)
      let named = row.values.keys.sorted() + (row.reasons ?? [:]).keys.sorted()
      for name in named where !legal.contains(name) {
        throw reject("\(key).values", "'\(name)'", "a metric of table \(row.table): \(legal)")
      }
      for (name, value) in row.values.sorted(by: { $0.key < $1.key })
      where value == nil && row.reasons?[name] == nil {
        throw reject("\(key).values.\(name)", "null without a reason", "a reason under 'reasons'")
      }
      if let time = row.relativeTime, !(time > 0) {
        throw reject("\(key).relative_time", "\(time)", "a ratio above 0")
      }
    }
  }
}

// MARK: - Strict decoding

/// A key that no field reads.
private struct UnknownKey: Error {
  let path: String
  let known: [String]
}

private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension Decoder {
  /// The keyed container, after making sure that every key in it is one of `Key`'s.
  fileprivate func strict<Key: CodingKey & CaseIterable>(
    _ type: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    let known = Key.allCases.map(\.stringValue)
    let found = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted()
    if let unknown = found.first(where: { !known.contains($0) }) {
      let path = keyPath(codingPath + [AnyKey(stringValue: unknown)])
      throw UnknownKey(path: path, known: known)
    }
    return try container(keyedBy: type)
  }
}

/// `rows[3].values.fid`.
func keyPath(_ path: [any CodingKey]) -> String {
  path.reduce(into: "") { text, key in
    if let index = key.intValue {
      text += "[\(index)]"
    } else {
      text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
    }
  }
}

extension PublishedDocument {
  private enum Key: String, CodingKey, CaseIterable {
    case schema, source, suites, tables, rows
    case protocolName = "protocol"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.strict(Key.self)
    let schema = try fields.decode(String.self, forKey: .schema)
    guard schema == Self.schema else {
      throw DecodingError.dataCorruptedError(
        forKey: .schema, in: fields, debugDescription: "is '\(schema)', this program reads '\(Self.schema)'")
    }
    source = try fields.decode(String.self, forKey: .source)
    protocolName = try fields.decode(String.self, forKey: .protocolName)
    suites = try fields.decode([Suite].self, forKey: .suites)
    tables = try fields.decode([Table].self, forKey: .tables)
    rows = try fields.decode([Row].self, forKey: .rows)
  }
}

extension PublishedDocument.Suite {
  private enum Key: String, CodingKey, CaseIterable { case name, title, clips, frames, about }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.strict(Key.self)
    name = try fields.decode(String.self, forKey: .name)
    title = try fields.decode(String.self, forKey: .title)
    clips = try fields.decode(Int.self, forKey: .clips)
    frames = try fields.decodeIfPresent(Int.self, forKey: .frames)
    about = try fields.decode(String.self, forKey: .about)
  }
}

extension PublishedDocument.Table {
  private enum Key: String, CodingKey, CaseIterable { case table, caption, metrics }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.strict(Key.self)
    table = try fields.decode(Int.self, forKey: .table)
    caption = try fields.decode(String.self, forKey: .caption)
    metrics = try fields.decode([MetricID].self, forKey: .metrics)
  }
}

extension PublishedDocument.Row {
  private enum Key: String, CodingKey, CaseIterable {
    case table, suite, method, provenance, values, reasons
    case relativeTime = "relative_time"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.strict(Key.self)
    table = try fields.decode(Int.self, forKey: .table)
    suite = try fields.decode(String.self, forKey: .suite)
    method = try fields.decode(String.self, forKey: .method)
    provenance = try fields.decodeIfPresent(String.self, forKey: .provenance)
    values = try fields.decode([String: Double?].self, forKey: .values)
    reasons = try fields.decodeIfPresent([String: String].self, forKey: .reasons)
    relativeTime = try fields.decodeIfPresent(Double.self, forKey: .relativeTime)
  }
}
