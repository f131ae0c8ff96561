extension InkMask {
  /// The mask thinned to lines one pixel wide (Zhang and Suen 1984). Pixels beyond the border count as paper.
  public func thinned() -> InkMask {
    let stride = width + 2
    var ink = [UInt8](repeating: 0, count: stride * (height + 2))
    for y in 0..<height {
      for x in 0..<width { ink[(y + 1) * stride + x + 1] = pixels[y * width + x] }
    }
    // Clockwise from the pixel above.
    let ring = [-stride, -stride + 1, 1, stride + 1, stride, stride - 1, -1, -stride - 1]
    var alive = ink.indices.filter { ink[$0] == 1 }
    var changed = true
    while changed {
      changed = false
      for pass in 0..<2 {
        let removed = alive.filter { Self.isRemovable(ink, $0, ring, pass: pass) }
        guard !removed.isEmpty else { continue }
        for position in removed { ink[position] = 0 }
        alive.removeAll { ink[$0] == 0 }
        changed = true
      }
    }
    var output = [UInt8](repeating: 0, count: pixels.count)
    for position in alive { output[(position / stride - 1) * width + position % stride - 1] = 1 }
    return InkMask(width: width, height: height, pixels: output)
  }

  /// Whether a sub-iteration takes this ink pixel away: a border pixel whose removal breaks no line.
  private static func isRemovable(_ ink: [UInt8], _ at: Int, _ ring: [Int], pass: Int) -> Bool {
    var count = 0
    var transitions = 0
    for (index, step) in ring.enumerated() {
      let here = ink[at + step]
      count += Int(here)
      if here == 0 && ink[at + ring[(index + 1) % 8]] == 1 { transitions += 1 }
    }
    guard (2...6).contains(count), transitions == 1 else { return false }
    let (above, right, below, left) = (
      ink[at + ring[0]], ink[at + ring[2]], ink[at + ring[4]], ink[at + ring[6]]
    )
    if pass == 0 { return above & right & below == 0 && right & below & left == 0 }
    return above & right & left == 0 && above & below & left == 0
  }
}
