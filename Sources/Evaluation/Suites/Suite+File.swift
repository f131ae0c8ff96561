public import Foundation
internal import EvalCore

extension Suite {
  /// Reads a suite file (schema `suite/1`, JSON with comments).
  ///
  /// Throws `ConfigError` for the file itself and `SuiteError` for ids and paths.
  public static func load(_ url: URL) throws -> Suite {
    let file = url.path
    let data: Data
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), isFolder.boolValue {
      throw ConfigError.isFolder(file: file, contents: try suiteFiles(in: url))
    }
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw ConfigError.unreadable(file: file, detail: error.localizedDescription)
    }
    return try parse(data, file: file, folder: url.deletingLastPathComponent())
  }

  private static func suiteFiles(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".suite.json") }
      .sorted()
  }

  static func parse(_ data: Data, file: String, folder: URL) throws -> Suite {
    do {
      return try parse(document: data, file: file, folder: folder)
    } catch let error as ConfigError {
      throw error.located(in: data)
    } catch let fault as PlacedFault {
      let place = JSONParser.place(of: fault.keyPath, in: data)
      throw fault.error(place.map { "\(file):\($0.line):\($0.column)" } ?? file)
    }
  }

  /// A suite error whose file name still lacks line and column.
  private struct PlacedFault: Error {
    let keyPath: String
    let error: @Sendable (String) -> SuiteError
  }

  private static func parse(document data: Data, file: String, folder: URL) throws -> Suite {
    var object = try ConfigObject(try JSONValue.parse(data, file: file), file: file)
    let schema = try object.requiredString("schema")
    guard schema == "suite/1" else {
      throw object.bad("schema", .string(schema), "'suite/1'; a newer program may be needed")
    }
    let name = try object.requiredString("name")
    if SafePath.clipIDFault(name) != nil || name.contains("/") {
      throw object.bad("name", .string(name), "letters, digits, '.', '_' and '-'")
    }
    let rootPath = try object.string("root") ?? "."
    if let fault = SafePath.relativeFault(rootPath) {
      throw PlacedFault(keyPath: "root") {
        .pathEscape(
          file: $0, path: rootPath,
          detail: "\(fault); 'root' is a folder below this file, so that a suite works on other machines "
            + "(a link may stand there)")
      }
    }
    let root = folder.appendingPathComponent(rootPath, isDirectory: true).standardizedFileURL
    let title = try object.string("title") ?? name
    let fps = try object.double("fps") ?? 24
    let licence = try object.string("licence") ?? ""
    _ = object.value("provenance")
    guard let entries = try object.objects("clips") else {
      throw ConfigError.missingKey(file: file, key: "clips")
    }
    try object.finish()
    var clips: [SuiteClip] = []
    var seen: Set<String> = []
    for entry in entries {
      let clip = try parseClip(entry, file: file)
      guard seen.insert(clip.id).inserted else {
        throw PlacedFault(keyPath: entry.keyPath("id")) { .duplicateClip(file: $0, id: clip.id) }
      }
      clips.append(clip)
    }
    guard !clips.isEmpty else { throw SuiteError.empty(file: file, detail: "'clips' is an empty list") }
    return Suite(
      name: name, title: title, framesPerSecond: fps, licence: licence, root: root, clips: clips,
      fullCount: clips.count)
  }

  private static func parseClip(_ entry: ConfigObject, file: String) throws -> SuiteClip {
    var entry = entry
    let id = try entry.requiredString("id")
    if let fault = SafePath.clipIDFault(id) {
      throw PlacedFault(keyPath: entry.keyPath("id")) { .badClipID(file: $0, id: id, detail: fault) }
    }
    let frames = try entry.requiredString("frames")
    let sketch = try entry.string("sketch")
    for (key, path) in [("frames", frames), ("sketch", sketch ?? frames)] {
      if let fault = SafePath.relativeFault(path) {
        throw PlacedFault(keyPath: entry.keyPath(key)) { .pathEscape(file: $0, path: path, detail: fault) }
      }
    }
    guard let count = try entry.integer("count", in: 1...10_000_000) else {
      throw ConfigError.missingKey(file: file, key: entry.keyPath("count"))
    }
    let first = try entry.integer("first", in: 0...Int(Int32.max)) ?? 0
    let reference = try entry.integer("reference", in: 0...(count - 1)) ?? 0
    let sha256 = try digest(&entry, "sha256")
    let sketchSHA256 = try digest(&entry, "sketch_sha256")
    var provenance: [String: String] = [:]
    if var table = try entry.object("provenance") { provenance = try table.stringTable() }
    try entry.finish()
    return SuiteClip(
      id: id, frames: frames, sketch: sketch, first: first, count: count, reference: reference,
      sha256: sha256, sketchSHA256: sketchSHA256, provenance: provenance)
  }

  private static func digest(_ entry: inout ConfigObject, _ key: String) throws -> String? {
    guard let text = try entry.string(key) else { return nil }
    guard text.utf8.count == 64, text.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else {
      throw entry.bad(key, .string(text), "64 lowercase hexadecimal digits")
    }
    return text
  }

  /// The suite as a file's bytes; `root` is written as given.
  public func encoded(root: String) throws -> Data {
    let clips: [JSONValue] = clips.map { clip in
      var entry: [String: JSONValue] = [
        "id": .string(clip.id), "frames": .string(clip.frames), "first": .number(Double(clip.first)),
        "count": .number(Double(clip.count)), "reference": .number(Double(clip.reference)),
      ]
      entry["sketch"] = clip.sketch.map(JSONValue.string)
      entry["sha256"] = clip.sha256.map(JSONValue.string)
      entry["sketch_sha256"] = clip.sketchSHA256.map(JSONValue.string)
      if !clip.provenance.isEmpty {
        entry["provenance"] = .object(clip.provenance.mapValues(JSONValue.string))
      }
      return .object(entry)
    }
    var document: [String: JSONValue] = [
      "schema": .string("suite/1"), "name": .string(name), "title": .string(title), "root": .string(root),
      "fps": .number(framesPerSecond), "clips": .array(clips),
    ]
    if !licence.isEmpty { document["licence"] = .string(licence) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(JSONValue.object(document))
    data.append(0x0A)
    return data
  }
}
