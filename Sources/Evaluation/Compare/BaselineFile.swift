public import Comparison
public import Foundation
internal import Media

/// Baseline files (schema `baseline/1`) on disk.
public enum BaselineFile {
  /// Baselines beyond this size are refused: a thousand clips and seven metrics take some 150 kB per row.
  static let sizeLimit = 256 << 20

  /// Reads and checks a baseline. Throws `BaselineError`.
  public static func load(_ url: URL) throws(BaselineError) -> Evidence {
    guard FileManager.default.fileExists(atPath: url.path) else { throw .missing(file: url.path) }
    let evidence: Evidence
    do {
      let data = try Data(contentsOf: url, options: .mappedIfSafe)
      guard data.count <= sizeLimit else {
        throw BaselineError.damaged(
          file: url.path, detail: "\(data.count) bytes, at most \(sizeLimit) are read")
      }
      evidence = try JSONDecoder().decode(Evidence.self, from: data)
    } catch let error as BaselineError {
      throw error
    } catch {
      throw .damaged(file: url.path, detail: DecodingFault.text(error))
    }
    if let fault = fault(of: evidence) { throw .damaged(file: url.path, detail: fault) }
    return evidence
  }

  /// Writes a baseline of a whole run: refuses one that is partial or has failed clips. Throws
  /// `BaselineError`.
  public static func write(_ evidence: Evidence, to url: URL) throws {
    if evidence.isPartial {
      throw BaselineError.unfit(detail: "the run covers a part of a set only; run all clips")
    }
    if let clip = evidence.failedClips.first {
      throw BaselineError.unfit(
        detail: "\(evidence.failedClips.count) clips failed (\(clip)); mend them and run again")
    }
    guard evidence.cells.contains(where: { $0.value != nil }) else {
      throw BaselineError.unfit(detail: "the run holds no value")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // One cell per line: small, and a diff in a repository shows what changed.
    let cells = try evidence.cells.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
    var head = evidence
    head.cells = []
    let text = String(decoding: try encoder.encode(head), as: UTF8.self)
    let filled = text.replacing("\"cells\":[]", with: "\"cells\":[\n\(cells.joined(separator: ",\n"))\n]")
    try AtomicFile.write(Data((filled + "\n").utf8), to: url)
  }

  /// What keeps the parts of a document from belonging together.
  private static func fault(of evidence: Evidence) -> String? {
    guard evidence.schema == "baseline/1" else { return "schema '\(evidence.schema)', expected 'baseline/1'" }
    var names: Set<String> = []
    for suite in evidence.suites {
      guard names.insert(suite.name).inserted else { return "test set '\(suite.name)' stands twice" }
      guard Set(suite.clips).count == suite.clips.count else {
        return "a clip of '\(suite.name)' stands twice"
      }
    }
    for cell in evidence.cells {
      guard let suite = evidence.suites.first(where: { $0.name == cell.suite }) else {
        return "a value names test set '\(cell.suite)', which is not listed"
      }
      for count in [cell.clipValues.count, cell.influences.count]
      where count != 0 && count != suite.clips.count {
        return
          "\(cell.method), \(cell.suite), \(cell.quantity): \(count) values for \(suite.clips.count) clips"
      }
    }
    return nil
  }
}

/// Errors of baseline files.
public enum BaselineError: Error, Equatable, CustomStringConvertible {
  /// There is none.
  case missing(file: String)
  /// Cut short, edited or of another version.
  case damaged(file: String, detail: String)
  /// The run may not become a baseline.
  case unfit(detail: String)
  /// `create` where there is one.
  case exists(file: String)

  /// File, found, expected, fix.
  public var description: String {
    switch self {
    case .missing(let file): "\(file): no baseline there; make one with 'baseline create RUN -o \(file)'"
    case .damaged(let file, let detail):
      "\(file): not a baseline (\(detail)); restore it or make a new one with 'baseline create'"
    case .unfit(let detail): "no baseline can be made: \(detail)"
    case .exists(let file): "\(file): a baseline is there; use 'baseline update' to replace it"
    }
  }
}
