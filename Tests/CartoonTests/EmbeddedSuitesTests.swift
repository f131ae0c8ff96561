import Cartoon
import EmbeddedSuites
import EvalCore
import Foundation
import Hashing
import Media
import Testing

@Suite("Embedded sets")
struct EmbeddedSuitesTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources/EmbeddedSuites/Suites", isDirectory: true)

  private struct SuiteFile: Decodable {
    struct Clip: Decodable {
      var id: String
      var frames: String
      var sketch: String
      var count: Int
      var sha256: String
      var sketch_sha256: String
    }
    var schema: String
    var name: String
    var root: String
    var licence: String
    var clips: [Clip]
  }

  private static func suite(_ name: String) throws -> SuiteFile {
    let url = folder.appendingPathComponent("\(name).suite.json")
    return try JSONDecoder().decode(SuiteFile.self, from: Data(contentsOf: url))
  }

  @Test("The table in the program equals the folder's contents")
  func tableEqualsFolder() throws {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: Self.folder.path)
      .filter { $0.hasSuffix(".json") || $0.hasSuffix(".mkv") }.sorted()
    #expect(paths.count == Int(lvcd_embedded_file_count))
    #expect(!paths.isEmpty)
    var total = 0
    for (index, path) in paths.enumerated() where index < Int(lvcd_embedded_file_count) {
      let file = lvcd_embedded_file_at(index)
      #expect(String(cString: file.path) == path)
      let bytes = Data(bytes: file.bytes, count: file.size)
      #expect(try Data(contentsOf: Self.folder.appendingPathComponent(path)) == bytes, "\(path) is stale")
      #expect(file.size < 4 << 20)
      total += file.size
    }
    #expect(total < 10 << 20)
  }

  @Test(
    "Clips made anew have the committed hashes", arguments: [CartoonBatch.embeddedSimilar, .embeddedGeneral])
  func regeneration(batch: CartoonBatch) throws {
    let suite = try Self.suite(batch.name)
    #expect(suite.clips.count == batch.count)
    #expect(batch.count >= 12)
    let shortest = try #require(suite.clips.indices.min { suite.clips[$0].count < suite.clips[$1].count })
    for index in Set([0, shortest]) {
      let clip = try batch.clip(index)
      #expect(clip.id == suite.clips[index].id)
      #expect(clip.length == suite.clips[index].count)
      var colour = ClipHasher()
      var sketch = ClipHasher()
      for frame in 0..<clip.length {
        let rendered = try clip.render(frame)
        colour.update(rendered.colour)
        sketch.update(rendered.lineart)
      }
      #expect(colour.finish().description == suite.clips[index].sha256, "\(clip.id)")
      #expect(sketch.finish().description == suite.clips[index].sketch_sha256, "\(clip.id)")
    }
  }

  @Test("Committed videos decode to the committed hashes", arguments: ["similar", "general"])
  func videos(name: String) throws {
    let suite = try Self.suite(name)
    #expect(suite.schema == "suite/1")
    #expect(suite.licence.hasPrefix("CC0-1.0"))
    for clip in suite.clips {
      #expect((15...60).contains(clip.count))
      let root = Self.folder.appendingPathComponent(suite.root)
      for (path, hash) in [(clip.frames, clip.sha256), (clip.sketch, clip.sketch_sha256)] {
        var hasher = ClipHasher()
        let reader = try VideoFile(root.appendingPathComponent(path)).makeReader()
        while let frame = try reader.next() { hasher.update(frame) }
        #expect(hasher.count == clip.count)
        #expect(hasher.finish().description == hash, "\(path)")
      }
    }
  }
}
