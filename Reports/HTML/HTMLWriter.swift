public import EvalCore
internal import Foundation
internal import Hashing

/// One page that opens from disk: no network, no other file, readable without scripts.
///
/// Failures come first, then tables with intervals, plots, a gallery, the list of clips, and what stands behind the
/// numbers. The same input always gives the same bytes.
public struct HTMLWriter: ReportWriter {
  /// `html`.
  public static var format: ReportFormat { .html }

  /// Settings of the page.
  public var page: PageOptions

  /// Makes a writer.
  public init(page: PageOptions = PageOptions()) { self.page = page }

  /// The page of what the results alone hold: no clips and no pictures.
  public func write(_ results: RunResults, layout: TableLayout, options: ReportOptions) throws -> String {
    try write(results, content: PageContent(), pictures: nil, layout: layout, options: options)
  }

  /// The page with everything that `content` has, pictures from `pictures`.
  ///
  /// Throws `ReportError`; pictures that cannot be had are no error, the page says which and why.
  public func write(
    _ results: RunResults, content: PageContent, pictures: (any GalleryPictures)?,
    layout: TableLayout = .table1,
    options: ReportOptions = ReportOptions()
  ) throws(ReportError) -> String {
    let model = PageModel(results, content: content, options: options)
    let sections = ResultSections(model: model, tables: try tables(model, layout: layout))
    let ranking = ClipRanking(model)
    let plots = PlotSection(model: model).drawn
    let start = sections.alerts + sections.results + sections.comparisons + plots
    let end = SourceSection(model: model).drawn
    let frame = Page(
      title: content.title, summary: summary(model), navigation: navigation(model, sections, plots))
    let fixed = frame.size + start.size + end.size
    let room = page.sizeLimit - fixed
    guard room >= Self.leastRoom else {
      throw .pageTooLarge(limit: page.sizeLimit, needed: fixed + Self.leastRoom)
    }
    // The list knows what the gallery shows, and the gallery takes what the list leaves.
    let table = ClipTable(model: model, ranking: ranking, options: page)
    let tableRoom = min(room / 2, table.drawn(budget: room / 2, shown: []).size + Self.linkRoom)
    let gallery = GallerySection(model: model, ranking: ranking, options: page, pictures: pictures)
      .drawn(budget: room - tableRoom)
    let clips = table.drawn(budget: tableRoom, shown: gallery.shown)
    return frame.around(start + gallery.section + clips + end).source
  }

  /// Room that the shortest gallery and list of clips take.
  private static let leastRoom = 16_000
  /// Room for links from the list to the gallery.
  private static let linkRoom = 4_000

  private func tables(_ model: PageModel, layout: TableLayout) throws(ReportError) -> [ReportTable] {
    do {
      return try TableBuilder(model.results, layout: layout, options: model.options).tables(suitesPerTable: 2)
    } catch .noRows, .noSuites {
      // An empty run is something to show: its failures and notes.
      return []
    } catch {
      throw error
    }
  }

  private func summary(_ model: PageModel) -> Markup {
    let suites = model.results.suites
    let clips = suites.reduce(0) { $0 + $1.clips }
    let frames = suites.reduce(0) { $0 + $1.frames }
    let titles = suites.map { model.title($0.name) }.joined(separator: ", ")
    let rows = model.measured.count
    let failed = model.results.failures.count
    let state: Markup =
      failed > 0
      ? "<li class=\"bad\">\(failed) failed</li>" : rows == 0 ? "" : "<li class=\"good\">no failed clip</li>"
    return """
      <ul class="summary">\(state)<li>\(titles.isEmpty ? "no test set" : titles)</li>\
      <li>\(clips) \(clips == 1 ? "clip" : "clips"), \(frames) frames</li>\
      <li>\(rows) measured \(rows == 1 ? "row" : "rows")</li><li>protocol <code>\(model.results.protocolName)</code></li></ul>
      """
  }

  private func navigation(_ model: PageModel, _ sections: ResultSections, _ plots: Markup) -> Markup {
    var links: [Markup] = []
    if !sections.alerts.isEmpty {
      let label: Markup = model.results.failures.isEmpty ? "Read first" : "Failures"
      links.append("<a href=\"#alerts\">\(label)</a>")
    }
    links.append("<a href=\"#results\">Results</a>")
    if !sections.comparisons.isEmpty { links.append("<a href=\"#comparison\">Comparison</a>") }
    if !plots.isEmpty { links.append("<a href=\"#plots\">Plots</a>") }
    links += [
      "<a href=\"#gallery\">Gallery</a>", "<a href=\"#clips\">Clips</a>",
      "<a href=\"#sources\">Behind the numbers</a>",
    ]
    return links.joined(separator: " ")
  }
}

/// Everything around the sections.
private struct Page {
  let title: String
  let summary: Markup
  let navigation: Markup

  /// Bytes that the page takes without sections.
  var size: Int { around(.empty).size }

  func around(_ sections: Markup) -> Markup {
    let script = Markup(trusted: PageScript.source)
    let digest = Data(SHA256Digest(of: script.source.utf8).bytes).base64EncodedString()
    // Nothing may be loaded, and no script runs but the one below, whatever the results hold.
    let policy =
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-\(digest)'; "
      + "base-uri 'none'; form-action 'none'"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta http-equiv="Content-Security-Policy" content="\(policy)"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <title>\(title)</title>
      <style>\(Markup(trusted: PageStyles.source))</style>
      </head>
      <body>
      <a class="skip" href="#results">To the results</a>
      <header class="top"><h1>\(title)</h1>\(summary)<nav aria-label="Sections">\(navigation)</nav></header>
      <main>
      \(sections)</main>
      <script>\(script)</script>
      </body>
      </html>

      """
  }
}
