internal import EvalCore

/// The clips worth looking at, as many as the size allows.
struct GallerySection {
  /// Bytes kept for the heading and the note of what was left out.
  private static let reserve = 4000

  let model: PageModel
  let ranking: ClipRanking
  let options: PageOptions
  let pictures: (any GalleryPictures)?

  /// The section in at most `budget` bytes (a note of what was left out included), and the clips it shows.
  func drawn(budget: Int) -> (section: Markup, shown: [ClipScores]) {
    let wanted: Int =
      switch options.gallery {
      case .all: ranking.taken.count
      case .first(let count): min(max(0, count), ranking.taken.count)
      case .omitted: 0
      }
    guard wanted > 0 else { return (frame("<p class=\"hint\">\(emptiness)</p>"), []) }
    guard let pictures else {
      return (frame("<p class=\"hint\">No pictures were given to this page.</p>"), [])
    }
    var body = Markup.empty
    var shown: [ClipScores] = []
    var shortened = 0
    var absences: [(reason: String, count: Int)] = []
    for clip in ranking.taken.prefix(wanted) {
      let figure = ClipFigure(model: model, clip: clip, number: shown.count + 1)
      // Where all frames of a clip did not fit any more, the worst one of the next may.
      var article = picture(
        figure, from: pictures, frames: shortened > 0 ? 1 : options.framesPerClip, &absences)
      if let whole = article, shortened == 0, body.size + whole.size > budget - Self.reserve {
        article = picture(figure, from: pictures, frames: 1, &absences)
        shortened = 1
      } else if article != nil, shortened > 0 {
        shortened += 1
      }
      guard let article else { continue }
      if body.size + article.size > budget - Self.reserve {
        shortened -= 1
        break
      }
      body += article
      shown.append(clip)
    }
    return (frame("\(note(shown.count, of: wanted, shortened, absences))\(body)"), shown)
  }

  /// The clip as an article; nil, counted in `absences`, when its pictures cannot be had.
  private func picture(
    _ figure: ClipFigure, from pictures: any GalleryPictures, frames count: Int,
    _ absences: inout [(reason: String, count: Int)]
  ) -> Markup? {
    let clip = figure.clip
    let frames = clip.shownFrames(count)
    do {
      let strip = try pictures.strip(suite: clip.suite, method: clip.method, clip: clip.clip, frames: frames)
      return figure.drawn(strip, frames: frames)
    } catch {
      let reason = "\(error)"
      if let index = absences.firstIndex(where: { $0.reason == reason }) {
        absences[index].count += 1
      } else {
        absences.append((reason, 1))
      }
      return nil
    }
  }

  private static let reading =
    "Colour error: mean absolute difference of the channels from the original. Distance-map difference: between the maps "
    + "that EDMD compares. Both: darker is better."

  private var emptiness: String {
    if options.gallery == .omitted { return "Left out on request." }
    return "No clip of a measured row has scores."
  }

  private func note(
    _ shown: Int, of wanted: Int, _ shortened: Int, _ absences: [(reason: String, count: Int)]
  ) -> Markup {
    var sentences = [ranking.explanation, Self.reading]
    let all = ranking.taken.count
    sentences.append(shown == all ? "All \(all) entries are shown." : "\(shown) of \(all) entries are shown.")
    let gone = absences.reduce(0) { $0 + $1.count }
    let left = wanted - shown - gone
    let limit = Self.megabytes(options.sizeLimit)
    if shortened > 0 {
      sentences.append("\(shortened) show their worst frame only, because the page is limited to \(limit).")
    }
    if left > 0 { sentences.append("\(left) were left out, because the page is limited to \(limit).") }
    var lines: Markup = "<p class=\"hint\">\(sentences.joined(separator: " "))</p>"
    if gone > 0 {
      let items = absences.prefix(5).map {
        "<li>\($0.count > 1 ? "\($0.count) times: " : "")\($0.reason)</li>" as Markup
      }
      let more: Markup = absences.count > 5 ? "<li>and \(absences.count - 5) more reasons</li>" : ""
      lines +=
        "<div class=\"notice\"><p>The frames of \(gone) \(gone == 1 ? "entry is" : "entries are") not there:</p><ul>\(items)\(more)</ul></div>"
    }
    return lines
  }

  private func frame(_ body: Markup) -> Markup {
    "<section id=\"gallery\"><h2>Gallery</h2>\n\(body)</section>\n"
  }

  static func megabytes(_ bytes: Int) -> String {
    bytes >= 1_000_000
      ? "\(DecimalText.fixed(Double(bytes) / 1e6, digits: bytes % 1_000_000 == 0 ? 0 : 1)) MB"
      : "\(bytes / 1000) kB"
  }
}
