internal import Foundation

/// A piece of HTML. Literals are markup; every string put into one is escaped, so that text written by others cannot
/// become markup by an oversight.
struct Markup: Sendable, Equatable, ExpressibleByStringInterpolation {
  /// The source text.
  private(set) var source: String

  static let empty: Markup = ""

  init(stringLiteral literal: String) { source = literal }

  init(stringInterpolation interpolation: StringInterpolation) { source = interpolation.source }

  /// `text` as literal text or as the value of a quoted attribute.
  init(text: String) { source = TextSafety.html(text) }

  /// A style sheet or script of this module: goes in unchanged.
  init(trusted text: StaticString) { source = "\(text)" }

  /// Bytes as a `data:` address.
  init(dataAddressOf image: EncodedImage) {
    source = "data:\(image.kind.rawValue);base64,\(Data(image.bytes).base64EncodedString())"
  }

  /// Number of bytes in UTF-8.
  var size: Int { source.utf8.count }

  var isEmpty: Bool { source.isEmpty }

  static func + (a: Markup, b: Markup) -> Markup {
    var sum = a
    sum.source += b.source
    return sum
  }

  static func += (a: inout Markup, b: Markup) { a.source += b.source }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var source = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      source.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { source += literal }
    mutating func appendInterpolation(_ markup: Markup) { source += markup.source }
    mutating func appendInterpolation(_ parts: [Markup]) { for part in parts { source += part.source } }
    mutating func appendInterpolation(_ text: String) { source += TextSafety.html(text) }
    mutating func appendInterpolation(_ number: Int) { source += String(number) }

    /// A coordinate of a drawing: one decimal; far outside any drawing all places are one.
    mutating func appendInterpolation(_ coordinate: Double) {
      let tenths = coordinate.isNaN ? 0 : Int((min(max(coordinate, -1e7), 1e7) * 10).rounded())
      source += "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10)"
      if tenths % 10 != 0 { source += ".\(abs(tenths) % 10)" }
    }
  }
}

extension [Markup] {
  /// All parts one after another, `separator` between them.
  func joined(separator: Markup = .empty) -> Markup {
    var all = Markup.empty
    for (index, part) in enumerated() {
      if index > 0 { all += separator }
      all += part
    }
    return all
  }
}

extension TextSafety {
  /// `text` as literal HTML, also inside a quoted attribute.
  package static func html(_ text: String) -> String {
    var out = ""
    for scalar in plain(text).unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      // Neither is a character of any document.
      case "\u{FFFE}", "\u{FFFF}": continue
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
