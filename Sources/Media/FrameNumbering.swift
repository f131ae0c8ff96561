/// The naming of a sequence of files: text, a number that counts frames, text. For example `%05d.png` or
/// `scene2_%d.png`.
struct FrameNumbering: Hashable {
  var prefix: String
  var suffix: String
  /// Numbers are padded with zeros to this many digits; 1: no padding.
  var digits: Int

  init(prefix: String, suffix: String, digits: Int) {
    self.prefix = prefix
    self.suffix = suffix
    self.digits = digits
  }

  /// Parses a printf-like pattern with exactly one `%d` or `%0Nd`; nil when `pattern` is anything else.
  init?(pattern: String) {
    guard let percent = pattern.firstIndex(of: "%") else { return nil }
    let rest = pattern[pattern.index(after: percent)...]
    guard let end = rest.firstIndex(of: "d") else { return nil }
    let width = rest[..<end]
    guard width.isEmpty || (width.first == "0" && width.count <= 3 && Int(width) != nil) else { return nil }
    prefix = String(pattern[..<percent])
    suffix = String(rest[rest.index(after: end)...])
    digits = max(1, Int(width) ?? 1)
    if prefix.contains("/") || suffix.contains("%") || suffix.contains("/") { return nil }
  }

  /// The naming that all `names` follow, with the number that counts; nil when there is none.
  ///
  /// Names with several numbers (`cut12_frame0003`) count by the last number that leaves everything else
  /// equal.
  init?(sharedBy names: [String]) {
    guard let model = names.first else { return nil }
    for run in Self.digitRuns(of: model).reversed() {
      let prefix = String(model[..<run.lowerBound])
      let suffix = String(model[run.upperBound...])
      let numbers = names.map { Self.digits(of: $0, prefix: prefix, suffix: suffix) }
      let known = numbers.compactMap(\.self)
      guard known.count == names.count else { continue }
      let width = known.map(\.count).min() ?? 1
      let candidate = FrameNumbering(prefix: prefix, suffix: suffix, digits: width)
      if names.allSatisfy({ candidate.number(of: $0) != nil }) {
        self = candidate
        return
      }
    }
    return nil
  }

  /// The pattern in printf form.
  var pattern: String { digits > 1 ? "\(prefix)%0\(digits)d\(suffix)" : "\(prefix)%d\(suffix)" }

  /// The file name of frame `number`.
  func name(of number: Int) -> String {
    let text = String(number)
    return prefix + String(repeating: "0", count: max(0, digits - text.count)) + text + suffix
  }

  /// The frame number of `name`, nil when it does not follow this naming exactly.
  func number(of name: String) -> Int? {
    guard let text = Self.digits(of: name, prefix: prefix, suffix: suffix), let number = Int(text),
      self.name(of: number) == name
    else { return nil }
    return number
  }

  private static func digits(of name: String, prefix: String, suffix: String) -> Substring? {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.count > prefix.count + suffix.count else {
      return nil
    }
    let text = name.dropFirst(prefix.count).dropLast(suffix.count)
    return text.allSatisfy(isDigit) ? text : nil
  }

  /// Runs of digits before the file name's extension, from the left.
  private static func digitRuns(of name: String) -> [Range<String.Index>] {
    var runs: [Range<String.Index>] = []
    let stem = name[..<(name.lastIndex(of: ".") ?? name.endIndex)]
    var rest = stem
    while let start = rest.firstIndex(where: isDigit) {
      let end = rest[start...].firstIndex { !isDigit($0) } ?? stem.endIndex
      runs.append(start..<end)
      rest = stem[end...]
    }
    return runs
  }

  private static func isDigit(_ character: Character) -> Bool {
    ("0"..."9").contains(character) && character.isASCII
  }
}
