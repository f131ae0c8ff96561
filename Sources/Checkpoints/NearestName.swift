/// Finds the name a misspelling was probably meant to be.
enum NearestName {
  private static let lengthLimit = 256
  private static let candidateLimit = 20_000

  /// The candidate with the fewest edits, if fewer than half of the name would change.
  static func to(_ name: String, among candidates: [String]) -> String? {
    let target = Array(name.utf8)
    guard target.count <= lengthLimit else { return nil }
    var best: (name: String, distance: Int)?
    var limit = max(target.count / 2, 1)
    for candidate in candidates.prefix(candidateLimit) {
      let text = Array(candidate.utf8)
      guard text.count <= lengthLimit, abs(text.count - target.count) < limit else { continue }
      let distance = editDistance(target, text, below: limit)
      guard distance < limit else { continue }
      best = (candidate, distance)
      limit = distance
      if distance == 0 { break }
    }
    return best?.name
  }

  /// Levenshtein distance, or some number not below `limit`.
  private static func editDistance(_ a: [UInt8], _ b: [UInt8], below limit: Int) -> Int {
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      var least = row[0]
      for (j, right) in b.enumerated() {
        let substitution = diagonal + (left == right ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substitution, diagonal + 1, row[j] + 1)
        least = min(least, row[j + 1])
      }
      if least >= limit { return limit }
    }
    return row[b.count]
  }
}
