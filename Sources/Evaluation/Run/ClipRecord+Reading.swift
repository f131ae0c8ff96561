internal import EvalCore
internal import Foundation
internal import Hashing

extension ClipRecord {
  /// Reads a record; throws `ClipRecordError.altered` when the hash does not fit, so that a truncated or edited record counts as missing.
  ///
  /// The hash is over the file's bytes with the hash itself left out.
  static func open(_ data: Data, file: String) throws(ClipRecordError) -> ClipRecord {
    let bytes = [UInt8](data)
    let found = bytes.withUnsafeBufferPointer { content -> Result<ClipRecord, ClipRecordError> in
      Result { () throws(ClipRecordError) in try read(content, file: file) }
    }
    return try found.get()
  }

  private static func read(
    _ content: UnsafeBufferPointer<UInt8>, file: String
  ) throws(ClipRecordError) -> ClipRecord {
    let record: ClipRecord
    do {
      var cursor = RecordCursor(content)
      record = try ClipRecord(&cursor)
      guard cursor.isAtEnd() else { throw RecordCursor.Fault(place: content.count) }
    } catch {
      throw .altered(file: file, detail: "not a complete record")
    }
    guard record.schema == "clip/1" else {
      throw .altered(file: file, detail: "schema '\(record.schema)', expected 'clip/1'")
    }
    var hasher = SHA256Hasher()
    let stated = Array(record.recordHash.utf8)
    if let place = hashPlace(content), content[place...].starts(with: stated) {
      hasher.update(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(content)[..<place]))
      hasher.update(
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(content)[(place + stated.count)...]))
    } else {
      hasher.update(UnsafeRawBufferPointer(content))
    }
    guard hasher.finish().description == record.recordHash else {
      throw .altered(file: file, detail: "its hash does not fit its content")
    }
    return record
  }

  /// Where the hash stands: behind the opening quote of its value.
  ///
  /// Quotes inside strings are escaped, so that no text of others can look like the key; it stands near the end.
  static func hashPlace(_ content: UnsafeBufferPointer<UInt8>) -> Int? {
    let key = Array("\"recordHash\" : \"".utf8)
    guard let base = content.baseAddress else { return nil }
    var start = content.count - key.count
    while start >= 0 {
      if memcmp(base + start, key, key.count) == 0 { return start + key.count }
      start -= 1
    }
    return nil
  }

  /// As its `Codable` form says, key by key; keys that nobody knows are passed over.
  private init(_ cursor: inout RecordCursor) throws {
    var texts: [String: String] = [:]
    var counts: [String: Int] = [:]
    var method: MethodIdentity?
    var measurements: [StoredMeasurement]?
    var warnings: [String]?
    var seconds: Double?
    try cursor.object { key, cursor in
      switch key {
      case "schema", "suite", "clip", "originalHash", "generatedHash", "recordHash":
        texts[key] = try cursor.string()
      case "clipFrames", "generatedFrames", "comparedFrames": counts[key] = try cursor.integer()
      case "skippedReference":
        guard let number = try cursor.optionalNumber() else { return }
        guard let index = Int(exactly: number) else { throw RecordReadingFault() }
        counts[key] = index
      case "method": method = try MethodIdentity(&cursor)
      case "measurements": measurements = try StoredMeasurement.list(&cursor)
      case "warnings": warnings = try cursor.strings()
      case "secondsPerFrame": seconds = try cursor.optionalNumber()
      default: try cursor.skip()
      }
    }
    guard let schema = texts["schema"], let suite = texts["suite"], let clip = texts["clip"], let method,
      let originalHash = texts["originalHash"], let generatedHash = texts["generatedHash"],
      let recordHash = texts["recordHash"], let clipFrames = counts["clipFrames"],
      let generatedFrames = counts["generatedFrames"], let comparedFrames = counts["comparedFrames"],
      let measurements, let warnings
    else { throw RecordReadingFault() }
    self.init(
      schema: schema, suite: suite, clip: clip, method: method, originalHash: originalHash,
      generatedHash: generatedHash, clipFrames: clipFrames, generatedFrames: generatedFrames,
      comparedFrames: comparedFrames, skippedReference: counts["skippedReference"],
      measurements: measurements,
      secondsPerFrame: seconds, warnings: warnings, recordHash: recordHash)
  }
}

/// A key is missing, or a value is not what it must be.
private struct RecordReadingFault: Error {}

extension RecordCursor {
  fileprivate mutating func strings() throws -> [String] {
    var list: [String] = []
    try array { list.append(try $0.string()) }
    return list
  }

  fileprivate mutating func table<Value>(
    _ value: (_ cursor: inout RecordCursor) throws -> Value
  ) throws -> [String: Value] {
    var table: [String: Value] = [:]
    try object { key, cursor in table[key] = try value(&cursor) }
    return table
  }
}

extension MethodIdentity {
  fileprivate init(_ cursor: inout RecordCursor) throws {
    var texts: [String: String] = [:]
    var settings: [String: String]?
    try cursor.object { key, cursor in
      switch key {
      case "name", "kind", "provenance": texts[key] = try cursor.string()
      case "settings": settings = try cursor.table { try $0.string() }
      default: try cursor.skip()
      }
    }
    guard let name = texts["name"], let kind = texts["kind"].flatMap(MethodKind.init(rawValue:)),
      let provenance = texts["provenance"], let settings
    else { throw RecordReadingFault() }
    self.init(name: name, kind: kind, provenance: provenance, settings: settings)
  }
}

extension ClipRecord.StoredMeasurement {
  fileprivate static func list(_ cursor: inout RecordCursor) throws -> [Self] {
    var list: [Self] = []
    try cursor.array { cursor in
      var metric: MetricID?
      var signature: String?
      var measurement: ClipMeasurement?
      try cursor.object { key, cursor in
        switch key {
        case "metric": metric = MetricID(rawValue: try cursor.string())
        case "signature": signature = try cursor.string()
        case "measurement": measurement = try ClipMeasurement(&cursor)
        default: try cursor.skip()
        }
      }
      guard let metric, let signature, let measurement else { throw RecordReadingFault() }
      list.append(Self(metric: metric, signature: signature, measurement: measurement))
    }
    return list
  }
}

extension ClipMeasurement {
  fileprivate init(_ cursor: inout RecordCursor) throws {
    var frames: [Double?]?
    var missing: [Int: String]?
    var value: Double?
    var alternatives: [String: Double]?
    var counters: [String: Int]?
    var arrays: [String: NumericArray]?
    try cursor.object { key, cursor in
      switch key {
      case "frames":
        var list: [Double?] = []
        try cursor.array { list.append(try $0.optionalNumber()) }
        frames = list
      case "missing":
        var reasons: [Int: String] = [:]
        try cursor.object { place, cursor in
          guard let place = Int(place) else { throw RecordReadingFault() }
          reasons[place] = try cursor.string()
        }
        missing = reasons
      case "value": value = try cursor.optionalNumber()
      case "alternatives": alternatives = try cursor.table { try $0.number() }
      case "counters": counters = try cursor.table { try $0.integer() }
      case "arrays": arrays = try cursor.table { try NumericArray(&$0) }
      default: try cursor.skip()
      }
    }
    guard let frames, let missing, let alternatives, let counters, let arrays else {
      throw RecordReadingFault()
    }
    self.init(
      frames: frames, missing: missing, value: value, alternatives: alternatives, counters: counters,
      arrays: arrays)
  }
}

extension NumericArray {
  fileprivate init(_ cursor: inout RecordCursor) throws {
    var shape: [Int] = []
    var data: Data?
    try cursor.object { key, cursor in
      switch key {
      case "shape": try cursor.array { shape.append(try $0.integer()) }
      case "data": data = Data(base64Encoded: try cursor.string())
      default: try cursor.skip()
      }
    }
    guard let data, let array = NumericArray(shape: shape, data: data) else { throw RecordReadingFault() }
    self = array
  }
}
