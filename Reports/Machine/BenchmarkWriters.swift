public import EvalCore
internal import Foundation

/// One number of a run as services that follow numbers over time take it.
private struct TrackedValue {
  var benchmark: String
  var measure: String
  var unit: String
  var polarity: Polarity
  var value: Double
  var interval: Interval?
}

extension RunResults {
  /// Every measured value, cells and metrics in report order; oracles and published rows are not followed.
  fileprivate var tracked: [TrackedValue] {
    var values: [TrackedValue] = []
    for cell in withoutNonFiniteValues.cells where [.colorizer, .external].contains(cell.method.kind) {
      let benchmark = "\(cell.suite)/\(cell.method.name)"
      for column in metrics {
        guard let summary = cell.values[column.id], let value = summary.value else { continue }
        values.append(
          TrackedValue(
            benchmark: benchmark, measure: column.label, unit: column.id == .psnr ? "dB" : column.label,
            polarity: column.id.polarity, value: value, interval: summary.interval))
      }
      if let seconds = cell.secondsPerFrame {
        values.append(
          TrackedValue(
            benchmark: benchmark, measure: "seconds per frame", unit: "s/frame", polarity: .lowerIsBetter,
            value: seconds))
      }
    }
    return values
  }
}

private func encoded(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}

/// Bencher Metric Format: benchmark (`set/row`) to measure (metric) to value and interval.
public struct BencherWriter: ReportWriter {
  /// `bmf`.
  public static var format: ReportFormat { .bmf }

  private struct Measure: Encodable {
    let value: Double
    let lower_value: Double?
    let upper_value: Double?
  }

  /// Makes a writer.
  public init() {}

  /// The document; layout and options play no part.
  public func write(_ results: RunResults, layout: TableLayout, options: ReportOptions) throws -> String {
    var document: [String: [String: Measure]] = [:]
    for tracked in results.tracked {
      document[tracked.benchmark, default: [:]][tracked.measure] = Measure(
        value: tracked.value, lower_value: tracked.interval?.lower, upper_value: tracked.interval?.upper)
    }
    return try encoded(document)
  }
}

/// Custom JSON of github-action-benchmark, which takes quantities of one direction per file.
public struct ActionBenchmarkWriter: ReportWriter {
  /// `gha`.
  public static var format: ReportFormat { .gha }

  private let polarity: Polarity

  private struct Entry: Encodable {
    let name: String
    let unit: String
    let value: Double
    let range: String?
    let extra: String
  }

  /// A writer of the quantities of one direction.
  public init(_ polarity: Polarity) { self.polarity = polarity }

  /// The document; layout and options play no part.
  public func write(_ results: RunResults, layout: TableLayout, options: ReportOptions) throws -> String {
    let entries = results.tracked.filter { $0.polarity == polarity }.map { tracked in
      Entry(
        name: "\(tracked.benchmark) \(tracked.measure)", unit: tracked.unit, value: tracked.value,
        range: tracked.interval.map {
          "\(DecimalText.shortest($0.lower)) to \(DecimalText.shortest($0.upper))"
        },
        extra: "protocol \(results.protocolName)")
    }
    return try encoded(entries)
  }
}
