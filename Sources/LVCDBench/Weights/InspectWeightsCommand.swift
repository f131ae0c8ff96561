internal import ArgumentParser
internal import Checkpoints
internal import Foundation
internal import TensorCore

/// `lvcd-bench weights inspect FILE`: one line per tensor.
struct InspectWeightsCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "List name, type, shape and size of every tensor in a weight file.")

  @Argument(help: "The weight file.", completion: .file())
  var file: String

  @Flag(help: "Print one JSON object instead of a table.")
  var json = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    try reporting {
      let checkpoint = try CheckpointFile.open(URL(fileURLWithPath: file))
      try answer(try json ? Self.json(checkpoint) : Self.table(checkpoint))
    }
  }

  /// What `--json` prints.
  private struct Listing: Encodable {
    struct Tensor: Encodable {
      let name: String
      let dtype: String
      let shape: [Int]
      let bytes: Int
    }
    let file: String
    let format: String
    let metadata: [String: String]
    let tensors: [Tensor]
  }

  static func json(_ checkpoint: CheckpointFile) throws -> String {
    let listing = Listing(
      file: checkpoint.name, format: checkpoint.format.rawValue, metadata: checkpoint.metadata,
      tensors: checkpoint.entries.map {
        Listing.Tensor(name: $0.name, dtype: $0.scalarType.rawValue, shape: $0.shape, bytes: $0.byteCount)
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(listing), as: UTF8.self)
  }

  static func table(_ checkpoint: CheckpointFile) -> String {
    let rows = checkpoint.entries.map { entry in
      [
        entry.name.withoutControlCharacters, entry.scalarType.rawValue, Shape.text(entry.shape),
        "\(entry.byteCount)",
      ]
    }
    let header = ["name", "dtype", "shape", "bytes"]
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    let lines = ([header] + rows).map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == header.count - 1 ? padding + cell : cell + padding
      }
      return cells.joined(separator: "  ")
    }
    let bytes = checkpoint.entries.reduce(0) { $0 + $1.byteCount }
    let summary = "\(checkpoint.format.rawValue), \(rows.count) tensors, \(bytes) bytes"
    return (lines + [summary]).joined(separator: "\n")
  }
}
