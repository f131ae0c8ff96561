public import EvalCore
public import Foundation
internal import Hashing
internal import PublishedData

/// Tables of a publication as data: numbers that are quoted beside ours, never computed, averaged or tested.
///
/// The file's form is documented in `Baselines/README.md`. Unknown keys are errors, so that a misspelt metric
/// is not
/// silently left out of a table.
public struct PublishedTables: Sendable {
  /// What errors and provenance call the data: the file's name.
  public let name: String
  let document: PublishedDocument

  /// Tables 1 to 3 of the LVCD paper (Huang, Zhang, Liao 2024), compiled into the program.
  public static func paper() throws -> PublishedTables {
    let bytes = UnsafeRawBufferPointer(
      start: lvcd_published_paper_bytes(), count: lvcd_published_paper_json_size)
    return try PublishedTables(json: Data(bytes), name: "paper.json")
  }

  /// Reads a file of the same form; throws `PublishedTablesError`.
  public static func load(_ url: URL) throws -> PublishedTables {
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw PublishedTablesError.unreadable(file: url.path, detail: error.localizedDescription)
    }
    return try PublishedTables(json: data, name: url.path)
  }

  /// Decodes and checks `json`; `name` is what errors call it.
  public init(json: Data, name: String) throws {
    self.name = name
    document = try PublishedDocument.decode(json, file: name)
  }

  /// Where the numbers come from, as cited under the tables.
  public var source: String { document.source }

  /// The numbers of the tables in the file, ascending.
  public var tables: [Int] { document.tables.map(\.table).sorted() }

  /// The rows of `table` as cells of kind `published`, in the publication's order; throws when there is no
  /// such table.
  public func rows(table: Int) throws -> [Cell] {
    let description = try describe(table)
    return document.rows.filter { $0.table == table }.map { cell(of: $0, in: description) }
  }

  /// The cells of one row of `table`, one per test set; throws with the legal names when the row is unknown.
  public func rows(table: Int, method: String) throws -> [Cell] {
    let all = try rows(table: table)
    let found = all.filter { $0.method.name == method }
    guard !found.isEmpty else {
      var known: [String] = []
      for cell in all where !known.contains(cell.method.name) { known.append(cell.method.name) }
      throw PublishedTablesError.noSuchRow(file: name, table: table, method: method, known: known)
    }
    return found
  }

  /// Everything needed to print `table` again as it was published; throws when there is no such table.
  public func results(table: Int) throws -> RunResults {
    let description = try describe(table)
    let cells = try rows(table: table)
    let suites = document.suites.filter { suite in cells.contains { $0.suite == suite.name } }
    return RunResults(
      protocolName: document.protocolName,
      metrics: description.metrics.map(column),
      suites: suites.map {
        SuiteSummary(
          name: $0.name, title: $0.title, clips: $0.clips, frames: $0.frames ?? 0, hash: "",
          licence: $0.about)
      },
      cells: cells, notes: [description.caption])
  }

  // MARK: - Conversion

  private func describe(_ table: Int) throws -> PublishedDocument.Table {
    guard let found = document.tables.first(where: { $0.table == table }) else {
      throw PublishedTablesError.noSuchTable(file: name, table: table, known: tables)
    }
    return found
  }

  private func cell(of row: PublishedDocument.Row, in table: PublishedDocument.Table) -> Cell {
    let clips = document.suites.first { $0.name == row.suite }?.clips ?? 0
    let origin = "Table \(row.table) of \(document.source)"
    var values: [MetricID: MetricSummary] = [:]
    for metric in table.metrics {
      let value = row.values[metric.rawValue] ?? nil
      let reason = row.reasons?[metric.rawValue] ?? "not published"
      values[metric] = MetricSummary(
        value: value, reason: value == nil ? reason : nil, clips: clips, frames: 0)
    }
    return Cell(
      method: MethodIdentity(
        name: row.method, kind: .published, provenance: row.provenance ?? "table \(row.table) of its source",
        settings: ["source": origin]),
      suite: row.suite, values: values, clips: clips, relativeTime: row.relativeTime, source: origin)
  }

  /// The bare name: these numbers are what the names were made for.
  private func column(_ id: MetricID) -> MetricColumn {
    let signature = MetricSignature(metric: id, fields: ["origin": "published", "file": name]).description
    let digest = SHA256Digest(of: Array(signature.utf8)).description.prefix(12)
    return MetricColumn(
      id: id, label: id.title, comparability: .official, signature: signature, digest: String(digest))
  }

}
