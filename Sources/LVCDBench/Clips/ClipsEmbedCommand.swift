internal import ArgumentParser
internal import Foundation
internal import Media

/// `lvcd-bench clips embed`: writes the C table that puts the embedded sets into the program.
struct ClipsEmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed", abstract: "Write the C file that embeds a folder of suites in the program.",
    shouldDisplay: false)

  @Option(help: "Folder of suites to embed; paths in the table are relative to it.")
  var suites: String = "Sources/EmbeddedSuites/Suites"

  @Option(name: [.short, .customLong("output")], help: "C file to write, in the folder above the suites.")
  var output: String = "Sources/EmbeddedSuites/EmbeddedSuites.c"

  func run() throws {
    let folder = URL(fileURLWithPath: suites, isDirectory: true)
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".json") || $0.hasSuffix(".mkv") }
    let text = Self.table(paths.sorted(), folder: folder.lastPathComponent)
    try AtomicFile.write(Data(text.utf8), to: URL(fileURLWithPath: output))
  }

  /// The C source for files at `paths` below `folder`.
  static func table(_ paths: [String], folder: String) -> String {
    var lines = ["// Written by `lvcd-bench clips embed`; do not edit.", "#include \"EmbeddedSuites.h\"", ""]
    for (index, path) in paths.enumerated() {
      lines.append("static const unsigned char file_\(index)[] = {")
      lines.append("#embed \"\(folder)/\(path)\"")
      lines.append("};")
    }
    lines.append("")
    lines.append("const lvcd_embedded_file lvcd_embedded_files[] = {")
    for (index, path) in paths.enumerated() {
      lines.append("    {\"\(path)\", file_\(index), sizeof file_\(index)},")
    }
    if paths.isEmpty { lines.append("    {0, 0, 0},") }
    lines += ["};", "", "const size_t lvcd_embedded_file_count = \(paths.count);", ""]
    return lines.joined(separator: "\n")
  }
}
