internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import Media

/// `lvcd-bench cache`: what is kept by content, and how to be rid of it.
struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "List or clean results that are kept by content.",
    discussion: """
      Lines that extractors drew for test sets, and what the networks of FID, FVD and TC make of frames, are kept \
      under the digest of all that decides them: program part with version, weights and settings, and the frames' \
      pixels. The least recently used go when they outgrow the limit: 4G, or $LVCD_BENCH_CACHE_LIMIT. Weights \
      and unpacked sets, which lie in the same folder, are not touched.
      """,
    subcommands: [List.self, Clean.self], defaultSubcommand: List.self)

  struct List: ParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(abstract: "Entries and size of every kind.")
    @OptionGroup var common: CommonOptions
    @Flag(name: .long, help: "Print JSON.") var json = false

    private struct Line: Encodable {
      let kind: String, files: Int, bytes: Int
    }

    func run() throws {
      try reporting {
        let cache = common.contentCache
        let lines = cache.usage().map { Line(kind: $0.kind.rawValue, files: $0.files, bytes: $0.bytes) }
        if json { return try answer(json: lines) }
        for line in lines { try answer("\(line.kind)\t\(line.files) entries\t\(Self.size(line.bytes))") }
        if !common.plain { try answer("\(cache.folder.path), at most \(Self.size(cache.limit))") }
      }
    }

    static func size(_ bytes: Int) -> String { String(format: "%.1f MiB", Double(bytes) / 0x1p20) }
  }

  struct Clean: ParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(abstract: "Remove entries.")
    @Option(
      name: .long,
      help: "Only this kind: \(ContentCache.Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kind: String?
    @Option(
      name: .long, help: "Only the least recently used, until all take no more than this, for example 500M.")
    var to: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
      if let kind, ContentCache.Kind(rawValue: kind) == nil {
        let legal = ContentCache.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--kind '\(kind)': expected one of \(legal)")
      }
      if let to, MemoryBudget(to) == nil {
        throw ValidationError("--to '\(to)': expected a size such as 500M or a number of bytes")
      }
      if kind != nil, to != nil { throw ValidationError("--to goes over all kinds; leave out --kind") }
    }

    func run() throws {
      try reporting {
        let cache = common.contentCache
        let gone =
          to.flatMap { MemoryBudget($0) }.map { cache.trim(to: Int(clamping: $0.bytes)) }
          ?? cache.clear(kind.flatMap(ContentCache.Kind.init(rawValue:)))
        try answer("removed \(gone.files) entries, \(List.size(gone.bytes))")
      }
    }
  }
}
