public import EvalCore
internal import Foundation

/// The answer of `score --json`: per clip and frame what each metric found. Scripts may rely on its form.
public struct ScoreDocument: Codable, Sendable {
  /// Schema of this document.
  public var schema = "score/1"
  /// Name of the protocol.
  public var protocolName: String
  /// The metrics with labels and signatures, in report order.
  public var metrics: [MetricColumn]
  /// The test set's name.
  public var suite: String
  /// The row's name.
  public var method: String
  /// Values over the set.
  public var summary: [MetricID: MetricSummary]
  /// The clips that were scored, in suite order.
  public var clips: [Clip]
  /// The clips that were not, and why.
  public var failures: [ClipFailure]

  /// One clip.
  public struct Clip: Codable, Sendable {
    /// The clip's id.
    public var clip: String
    /// Frame index of each entry of the metrics' `frames` (for per-frame metrics).
    public var frameIndices: [Int]
    /// What each metric found: `value`, `frames`, `alternatives`, `counters`.
    public var metrics: [MetricID: ClipMeasurement]
    /// Things a reader should know.
    public var warnings: [String]
  }

  enum CodingKeys: String, CodingKey {
    case schema, protocolName = "protocol", metrics, suite, method, summary, clips, failures
  }
}

extension Runner {
  /// Per-clip documents of a finished run, one per measured row and suite, rows first.
  public func scoreDocuments(_ results: RunResults) throws -> [ScoreDocument] {
    var documents: [ScoreDocument] = []
    for row in rows where row.isMeasured {
      for suite in suites {
        let cell = results.cells.first { $0.suite == suite.name && $0.method == row.identity }
        documents.append(
          ScoreDocument(
            protocolName: results.protocolName, metrics: results.metrics, suite: suite.name,
            method: row.identity.name, summary: cell?.values ?? [:],
            clips: try suite.clips.compactMap { try document(suite, row, $0) },
            failures: results.failures.filter { $0.suite == suite.name && $0.method == row.identity.name }))
      }
    }
    return documents
  }

  private func document(_ suite: Suite, _ row: Row, _ clip: SuiteClip) throws -> ScoreDocument.Clip? {
    let file = folder.recordFile(suite: suite.name, row: row.key, clip: clip.id)
    guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
    let record = try ClipRecord.open(data, file: file.path)
    let measured = metrics.compactMap { metric in
      record.measurement(metric.signature).map { measurement in
        var measurement = measurement
        measurement.arrays = [:]  // feature rows stay in the records
        return (metric.id, measurement)
      }
    }
    return ScoreDocument.Clip(
      clip: clip.id, frameIndices: (0..<record.comparedFrames).filter { $0 != record.skippedReference },
      metrics: Dictionary(uniqueKeysWithValues: measured), warnings: record.warnings)
  }
}
