public import EvalCore
internal import Foundation

/// The results document, keys sorted, so that equal results are equal files.
public struct JSONWriter: ReportWriter {
  /// `json`.
  public static var format: ReportFormat { .json }

  /// Makes a writer.
  public init() {}

  /// The document; layout and options play no part. A value that is not finite becomes null with a reason.
  public func write(_ results: RunResults, layout: TableLayout, options: ReportOptions) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let data = try encoder.encode(results.withoutNonFiniteValues)
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
