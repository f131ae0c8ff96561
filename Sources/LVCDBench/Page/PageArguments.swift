internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import Reports

/// Options of the page, `report --format html`.
struct PageArguments: ParsableArguments {
  @Option(name: .long, help: "html: clips in the gallery: a number, 'all' or 'none'.")
  var gallery = "20"

  @Option(
    name: .long, help: "html: run folder to compare with; clips are ordered by how much worse they became.")
  var against: String?

  @Option(name: .customLong("max-size"), help: "html: largest size of the page in MB.")
  var megabytes = 20.0

  func validate() throws {
    if selection == nil {
      throw ValidationError("--gallery '\(gallery)': expected a number of clips, 'all' or 'none'")
    }
    guard megabytes.isFinite, (0.1...1000).contains(megabytes) else {
      throw ValidationError("--max-size must lie between 0.1 and 1000 MB, got \(megabytes)")
    }
  }

  /// The page of a finished run.
  func page(
    of folder: RunFolder, layout: TableLayout, options: ReportOptions, library: SuiteLibrary
  ) throws -> String {
    let run = try RunArchive(folder, library: library)
    let baseline = try against.map { path in
      try RunArchive(RunFolder(URL(fileURLWithPath: path, isDirectory: true)), library: library)
    }
    let writer = HTMLWriter(
      page: PageOptions(gallery: selection ?? .omitted, sizeLimit: Int(megabytes * 1_000_000)))
    return try writer.write(
      run.results, content: try PageContent(run, baseline: baseline, baselineName: against),
      pictures: RunPictures(run: run, baseline: baseline), layout: layout, options: options)
  }

  private var selection: PageOptions.Gallery? {
    switch gallery {
    case "all": .all
    case "none": .omitted
    default: Int(gallery).flatMap { $0 < 0 ? nil : .first($0) }
    }
  }
}
