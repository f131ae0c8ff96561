internal import EvalCore

/// Where paper and ink lie in a clip's drawings, and how a drawing becomes dark lines on white.
struct DrawnLevels: Hashable {
  /// What an alpha channel means.
  enum Opacity: String {
    /// There is none.
    case none
    /// A drawing on paper that is cut out: what is transparent is paper.
    case paper
    /// Lines without paper: what is opaque is ink.
    case ink
  }

  let opacity: Opacity
  /// Light lines on dark ground, or light ink without paper.
  let isInverted: Bool
  /// Level of the paper and of the ink, after inversion: paper is the larger one.
  let paper: Int
  let ink: Int

  /// Difference of paper and ink below which there is nothing drawn.
  private static let leastContrast = 32

  /// Levels of one clip's drawings, counted page by page.
  struct Count {
    private var onPaper = [Int](repeating: 0, count: 256)
    private var darkInk = [Int](repeating: 0, count: 256)
    private var lightInk = [Int](repeating: 0, count: 256)
    private var opaque = 0
    private var opaqueGrey = 0
    private var pixels = 0
    private var hasOpacity = false

    mutating func add(_ page: DrawnPage) {
      if page.opacity != nil { hasOpacity = true }
      for (pixel, grey) in page.grey.enumerated() {
        let opacity = page.opacity?[pixel] ?? 255
        onPaper[Int(DrawnLevels.over(grey, opacity, .paper, isLight: false))] += 1
        darkInk[Int(DrawnLevels.over(grey, opacity, .ink, isLight: false))] += 1
        lightInk[Int(DrawnLevels.over(grey, opacity, .ink, isLight: true))] += 1
        if opacity > 127 {
          opaque += 1
          opaqueGrey += Int(grey)
        }
        pixels += 1
      }
    }

    /// Nil where nothing is drawn: paper and ink do not differ enough. `polarity` nil: judged by the drawings.
    func levels(isLight polarity: Bool?) -> DrawnLevels? {
      // Lines cover less than half of a drawing: opaque pixels that do are lines, else they are paper.
      if hasOpacity, 2 * opaque < pixels {
        let isLight = polarity ?? (opaqueGrey > 127 * opaque)
        return DrawnLevels(.ink, isLight ? lightInk : darkInk, isInverted: isLight)
      }
      let isInverted = polarity ?? (DrawnLevels.median(onPaper) < 128)
      return DrawnLevels(
        hasOpacity ? .paper : .none, isInverted ? onPaper.reversed() : onPaper, isInverted: isInverted)
    }
  }

  /// From a histogram in which lines are dark.
  private init?(_ opacity: Opacity, _ counts: [Int], isInverted: Bool) {
    let middle = Self.median(counts)
    var deviations = [Int](repeating: 0, count: 256)
    for (level, count) in counts.enumerated() { deviations[abs(level - middle)] += count }
    // The paper's grain is white too: three standard deviations, by the median so that lines do not count.
    let paper = middle - max(1, Int((3 * 1.4826 * Double(Self.median(deviations))).rounded(.up)))
    guard let darkest = counts.firstIndex(where: { $0 > 0 }), paper - darkest >= Self.leastContrast else {
      return nil
    }
    // Of the darker half of the scale the typical level is ink: one speck of dust does not decide.
    let ink = Self.median(Array(counts[...((paper + darkest) / 2)]))
    guard paper - ink >= Self.leastContrast else { return nil }
    self.opacity = opacity
    self.isInverted = isInverted
    self.paper = paper
    self.ink = ink
  }

  /// The drawing's values with paper at 255 and ink at 0, row-major.
  func normalised(_ page: DrawnPage) -> [Double] {
    let isLightInk = opacity == .ink && isInverted
    let scale = 255 / Double(paper - ink)
    let table = (0..<256).map { level in
      let dark = isInverted && !isLightInk ? 255 - level : level
      return min(255, max(0, Double(dark - ink) * scale))
    }
    return page.grey.indices.map { pixel in
      let opaque = page.opacity?[pixel] ?? 255
      return table[Int(Self.over(page.grey[pixel], opaque, opacity, isLight: isLightInk))]
    }
  }

  /// A pixel on white paper. Light ink without paper is drawn dark.
  private static func over(_ grey: UInt8, _ opacity: UInt8, _ meaning: Opacity, isLight: Bool) -> UInt8 {
    let ink = meaning == .ink && isLight ? Int(grey) : 255 - Int(grey)
    return UInt8(255 - (ink * Int(opacity) + 127) / 255)
  }

  private static func median(_ counts: [Int]) -> Int {
    let half = counts.reduce(0, +) / 2
    var sum = 0
    for (level, count) in counts.enumerated() {
      sum += count
      if sum > half { return level }
    }
    return counts.count - 1
  }

  /// For provenance, for example `paper=231,ink=38,inverted=no,alpha=none`.
  var label: String {
    "paper=\(paper),ink=\(ink),inverted=\(isInverted ? "yes" : "no"),alpha=\(opacity.rawValue)"
  }
}
