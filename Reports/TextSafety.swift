/// Makes text that others wrote (names, paths, messages, licences) harmless in each form of report.
package enum TextSafety {
  /// `text` on one line, without control characters, terminal escape sequences and invisible direction marks.
  package static func plain(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar.value {
      case 0x1B: skipEscapeSequence(&rest)
      case 0x9B: skipControlSequence(&rest)
      case 0x90, 0x98, 0x9D, 0x9E, 0x9F: skipString(&rest)
      case 0x09, 0x0A, 0x0D, 0x85, 0x2028, 0x2029: out.append(" ")
      case 0x00...0x1F, 0x7F...0x9F: break
      case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: break
      default: out.append(scalar)
      }
    }
    return String(out)
  }

  private static func skipEscapeSequence(_ rest: inout Substring.UnicodeScalarView) {
    switch rest.first {
    case "[":
      rest.removeFirst()
      skipControlSequence(&rest)
    case "]", "P", "X", "^", "_":
      rest.removeFirst()
      skipString(&rest)
    case .some(let next) where next.value >= 0x20 && next.value < 0x7F: rest.removeFirst()
    default: break
    }
  }

  /// Parameters and one final byte; anything else ends it, so that damaged input loses no text.
  private static func skipControlSequence(_ rest: inout Substring.UnicodeScalarView) {
    while let next = rest.first, (0x20...0x3F).contains(next.value) { rest.removeFirst() }
    if let next = rest.first, (0x40...0x7E).contains(next.value) { rest.removeFirst() }
  }

  /// Everything up to BEL or the string terminator.
  private static func skipString(_ rest: inout Substring.UnicodeScalarView) {
    while let next = rest.popFirst() {
      if next.value == 0x07 || next.value == 0x9C { return }
      if next.value == 0x1B {
        if rest.first == "\\" { rest.removeFirst() }
        return
      }
    }
  }

  /// `text` as literal Markdown, also inside a table cell.
  package static func markdown(_ text: String) -> String {
    escape(plain(text)) { character in
      switch character {
      case "\\", "`", "*", "_", "[", "]", "<", ">", "|", "~", "$", "#", "!": "\\\(character)"
      case "&": "&amp;"
      default: nil
      }
    }
  }

  /// `text` as a Markdown code span, which needs a fence longer than any run of backticks inside.
  package static func markdownCode(_ text: String) -> String {
    let text = plain(text)
    var longest = 0
    var run = 0
    for character in text {
      run = character == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    if longest == 0 { return "`\(text)`" }
    let fence = String(repeating: "`", count: longest + 1)
    return "\(fence) \(text) \(fence)"
  }

  /// `text` as literal LaTeX.
  package static func latex(_ text: String) -> String {
    escape(plain(text)) { character in
      switch character {
      case "&", "%", "$", "#", "_", "{", "}": "\\\(character)"
      case "\\": "\\textbackslash{}"
      case "~": "\\textasciitilde{}"
      case "^": "\\textasciicircum{}"
      case "<": "\\textless{}"
      case ">": "\\textgreater{}"
      case "|": "\\textbar{}"
      case "\"": "\\textquotedbl{}"
      case "†": "\\textdagger{}"
      case "−": "$-$"
      case "–": "--"
      // At the start of a row a bracket would be read as the optional argument of the line break before it.
      case "[": "{[}"
      case "]": "{]}"
      default: nil
      }
    }
  }

  /// `text` as literal XML, in elements and in attributes; characters that XML cannot hold are left out.
  package static func xml(_ text: String) -> String {
    let allowed = String(
      String.UnicodeScalarView(plain(text).unicodeScalars.filter { $0.value < 0xFFFE || $0.value > 0xFFFF }))
    return escape(allowed) { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "'": "&apos;"
      default: nil
      }
    }
  }

  /// `text` as the message of a GitHub workflow command.
  package static func workflowMessage(_ text: String) -> String {
    escape(plain(text)) { $0 == "%" ? "%25" : nil }
  }

  /// `text` as a property of a GitHub workflow command.
  package static func workflowProperty(_ text: String) -> String {
    escape(plain(text)) { ["%": "%25", ":": "%3A", ",": "%2C"][$0] }
  }

  /// `text` as a field of a table that a spreadsheet will open: a leading sign that would start a formula
  /// gets an
  /// apostrophe before it.
  package static func spreadsheet(_ text: String) -> String {
    let text = plain(text)
    guard let first = text.drop(while: { $0 == " " }).first else { return text }
    return "=+-@".contains(first) ? "'" + text : text
  }

  private static func escape(_ text: String, _ replacement: (Character) -> String?) -> String {
    text.reduce(into: "") { out, character in
      if let other = replacement(character) { out += other } else { out.append(character) }
    }
  }
}
