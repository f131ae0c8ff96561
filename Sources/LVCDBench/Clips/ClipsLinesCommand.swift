internal import ArgumentParser
internal import ClipBuilding
internal import Evaluation
internal import Foundation

/// `lvcd-bench clips lines`: the same clips with other lines.
struct ClipsLinesCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "lines", abstract: "Give a test set other lines: of an extractor, or drawn by hand.",
    discussion: """
      Writes a set of the same frames, so that scores of both can be compared. With --drawn DIR the lines are scans or \
      exports of drawing programs, DIR/<clip>/*.png or DIR/<clip>.mkv, one drawing per frame; they are brought to dark \
      lines on white and to the clip's size. Without -o the new set lies beside the old one and shares its frames.
      """)

  @Argument(help: "Suite file or embedded set.") var suite: String
  @Option(name: .long, help: "Name of the new set.") var name: String
  @Option(name: .long, help: "Heading in tables. (default: the old one with the name)") var title: String?
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "Folder of the new set. (default: beside the old one)")
  var output: String?
  @OptionGroup var drawing: LineOptions
  @OptionGroup var common: CommonOptions

  func run() throws { try reporting { try write() } }

  private func write() throws {
    let suite = try common.library.suite(self.suite)
    if output == nil, SuiteLibrary.embeddedNames.contains(self.suite),
      !FileManager.default.fileExists(atPath: self.suite)
    {
      throw ValidationError("\(self.suite) lies inside the program; name a folder with -o")
    }
    let lines = try drawing.lines(common)
    let progress = common.progress
    let interruption = Interruption()
    interruption.listen { progress.warn($0) }
    let folder = output.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? suite.root
    progress.begin("lines of \(suite.name)", total: suite.clips.count)
    do {
      let file = try SuiteRelining(suite, into: folder)
        .write(name: name, title: title ?? "\(suite.title), \(name)", lines: lines) { done, clip in
          progress.update(done: done, total: suite.clips.count, detail: clip)
          try interruption.check()
        }
      try answer("\(file.path): \(suite.clips.count) clips, \(suite.frameCount) frames")
    } catch is CancellationError {
      throw ExitCode(interruption.exitCode ?? ExitStatus.internalError.rawValue)
    }
  }
}
