/// Finds what a user probably meant: the candidate with the smallest edit distance, if that is small.
public enum NearestMatch {
  /// Names longer than this, and candidates beyond this number, are passed over: files may hold any.
  private static let lengthLimit = 256
  private static let candidateLimit = 20_000

  /// The candidate nearest to `word`, or nil when none is within a third of its length (at least 2 edits).
  public static func of(_ word: String, among candidates: some Sequence<String>) -> String? {
    guard word.utf8.count <= lengthLimit else { return nil }
    var best: (distance: Int, candidate: String)?
    for candidate in candidates.prefix(candidateLimit) where candidate.utf8.count <= lengthLimit {
      let distance = editDistance(Array(word.lowercased().utf8), Array(candidate.lowercased().utf8))
      if distance <= max(2, candidate.utf8.count / 3), distance < best?.distance ?? .max {
        best = (distance, candidate)
      }
    }
    return best?.candidate
  }

  /// `; did you mean 'x'?` or an empty string: the end of an error message.
  public static func hint(_ word: String, among candidates: some Sequence<String>) -> String {
    of(word, among: candidates).map { "; did you mean '\($0)'?" } ?? ""
  }

  private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var previous = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var current = [i + 1]
      for (j, y) in b.enumerated() {
        current.append(min(previous[j] + (x == y ? 0 : 1), previous[j + 1] + 1, current[j] + 1))
      }
      previous = current
    }
    return previous[b.count]
  }
}
