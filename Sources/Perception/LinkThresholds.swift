/// Thresholds of hysteresis linking: pieces of linkable pixels are kept where they contain a seed.
struct LinkThresholds: Sendable {
  /// Response relative to the surroundings that starts a line, and that continues one.
  let seed: Double
  let link: Double
  /// The same for the response itself: keeps noise on even areas out.
  let rawSeed: Double
  let rawLink: Double

  /// The pixels of eight-connected pieces that have a seed and at least `smallestPiece` pixels.
  func linked(
    relative: Plane, raw: Plane, smallestPiece: Int, among candidates: [Bool]? = nil
  ) -> [Bool] {
    let (width, height) = (relative.width, relative.height)
    var open = relative.values.indices.map { pixel in
      relative.values[pixel] > link && raw.values[pixel] > rawLink && candidates?[pixel] != false
    }
    var kept = [Bool](repeating: false, count: open.count)
    var piece: [Int] = []
    for start in open.indices where open[start] {
      piece.removeAll(keepingCapacity: true)
      piece.append(start)
      open[start] = false
      var hasSeed = false
      var next = 0
      while next < piece.count {
        let pixel = piece[next]
        next += 1
        hasSeed = hasSeed || (relative.values[pixel] > seed && raw.values[pixel] > rawSeed)
        let (y, x) = (pixel / width, pixel % width)
        for row in max(0, y - 1)...min(height - 1, y + 1) {
          for column in max(0, x - 1)...min(width - 1, x + 1) where open[row * width + column] {
            open[row * width + column] = false
            piece.append(row * width + column)
          }
        }
      }
      guard hasSeed && piece.count >= smallestPiece else { continue }
      for pixel in piece { kept[pixel] = true }
    }
    return kept
  }
}
