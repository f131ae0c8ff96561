import Baselines
import EvalCore

/// Results to lay out.
enum Samples {
  static let metrics: [MetricColumn] = [
    column(.fid, unavailability: "needs the Inception weights, which are not on this machine"),
    column(.fvd, unavailability: "needs the I3D weights, which are not on this machine"),
    column(.lpips, unavailability: "needs the LPIPS weights, which are not on this machine"),
    column(.psnr), column(.ssim),
    column(.edmd, label: "EDMD[XDoG,0.5]", comparability: .substitute),
    column(.tc, unavailability: "needs the RAFT weights, which are not on this machine"),
  ]

  static func column(
    _ id: MetricID, label: String? = nil, comparability: Comparability = .definitionInferred,
    unavailability: String? = nil
  ) -> MetricColumn {
    MetricColumn(
      id: id, label: label ?? id.title, comparability: comparability,
      signature: "\(id.title)|bits:8|proto:lvcd-paper-1|size:256x256", digest: "0123456789ab",
      unavailability: unavailability)
  }

  static func suite(_ name: String, _ title: String, clips: Int = 12) -> SuiteSummary {
    SuiteSummary(
      name: name, title: title, clips: clips, frames: 40 * clips,
      hash: "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9",
      licence: "CC0-1.0, made by this project")
  }

  static func cell(
    _ name: String, _ suite: String, _ values: [MetricID: Double], kind: MethodKind = .colorizer,
    clips: Int = 12, counters: [MetricID: [String: Int]] = [:], time: Double? = nil
  ) -> Cell {
    var summaries = values.mapValues { MetricSummary(value: $0, clips: clips, frames: 39 * clips) }
    for (id, counts) in counters { summaries[id]?.counters = counts }
    var cell = Cell(
      method: MethodIdentity(name: name, kind: kind, provenance: "made for this test"), suite: suite,
      values: summaries, clips: clips)
    guard let time else { return cell }
    if kind == .published {
      cell.relativeTime = time
    } else {
      var times = InferenceTimes(window: 14, overlap: 4, lengths: [59])
      (times.measured, times.asymptotic, times.segments) = (time, time, time)
      cell.inferenceTimes = times
    }
    return cell
  }

  static func results(
    _ cells: [Cell], suites: [SuiteSummary] = [suite("similar", "Similar Testset")],
    metrics: [MetricColumn] = metrics
  ) -> RunResults {
    RunResults(protocolName: "lvcd-paper-1", metrics: metrics, suites: suites, cells: cells)
  }

  /// A first run as users see it: four metrics without weights, a substitute, three rows, three sets, two
  /// failures.
  static func firstRun() -> RunResults {
    var results = results(
      [
        cell("copy-first", "similar", [.psnr: 15.91234, .ssim: 0.61, .edmd: 9.5], clips: 11),
        cell("copy-first", "general", [.psnr: 17.25, .ssim: 0.7031249, .edmd: 8.25]),
        cell("copy-first", "open", [.psnr: 21.5, .ssim: 0.84, .edmd: 3.0625], clips: 4),
        cell(
          "my_method v2", "similar", [.psnr: 22.123456, .ssim: 0.8, .edmd: 4.5], kind: .external, clips: 11),
        cell("my_method v2", "general", [.psnr: 21.75, .ssim: 0.7031251, .edmd: 5.5], kind: .external),
        cell(
          "ground-truth", "similar", [.psnr: 100, .ssim: 1, .edmd: 0], kind: .oracle, clips: 11,
          counters: [.psnr: ["capped": 429, "other": 0]]),
        cell(
          "ground-truth", "general", [.psnr: 100, .ssim: 1, .edmd: 0], kind: .oracle,
          counters: [.psnr: ["capped": 468]]),
        cell(
          "ground-truth", "open", [.psnr: 100, .ssim: 1, .edmd: 0], kind: .oracle, clips: 4,
          counters: [.psnr: ["capped": 156], .edmd: ["empty-sketch": 2]]),
      ],
      suites: [
        suite("open", "Open animation", clips: 4), suite("similar", "Similar Testset"),
        suite("general", "General Testset"),
      ])
    results.failures = [
      ClipFailure(
        suite: "similar", clip: "c03", method: "my_method v2", stage: "score", reason: .countMismatch,
        message: "out/c03: 55 frames found, 59 expected; colour the last 4 frames too")
    ]
    return results
  }

  /// The same run with the paper's rows beside it.
  static func mixedRun() throws -> RunResults {
    var results = firstRun()
    results.cells += try PublishedTables.paper().rows(table: 1)
    return results
  }
}

/// Reads Markdown tables back.
enum MarkdownCells {
  /// The value cells of every table row in `text`, headings and rules left out.
  static func rows(_ text: String) -> [[String]] {
    table(text).map { Array($0.dropFirst()) }
  }

  /// As `rows`, the row's name first.
  static func table(_ text: String) -> [[String]] {
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("| ") }
    return lines.compactMap { line in
      let isHead = line.hasPrefix("| Method") || line.hasPrefix("| ---")
      if isHead { return nil }
      // An escaped bar belongs to the text.
      let fields = line.dropFirst(2).dropLast(2).replacing("\\|", with: "¦").split(separator: " | ")
      return fields.map { $0.trimmingPrefix { $0 == " " } }.map { field in
        var text = String(field)
        while text.last == " " { text.removeLast() }
        return text
      }
    }
  }
}
