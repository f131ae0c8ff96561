public import EvalCore

/// Another extractor's lines made wider: every pixel takes the strongest ink within a disc.
public struct ThickLineart: LineartExtractor {
  /// Most pixels a line may grow on either side.
  public static let largestRadius = 16

  /// The extractor whose lines they are.
  public let base: any LineartExtractor
  /// Pixels that a line grows on either side.
  public let radius: Int
  private let offsets: [(dx: Int, dy: Int)]

  /// Lines of `base`, `radius` pixels wider on either side, 1 to 16.
  public init(_ base: any LineartExtractor, radius: Int) {
    precondition((1...Self.largestRadius).contains(radius), "lines grow by 1 to 16 pixels, got \(radius)")
    self.base = base
    self.radius = radius
    let side = -radius...radius
    offsets = side.flatMap { dy in side.map { dx in (dx, dy) } }
      .filter { $0.dx * $0.dx + $0.dy * $0.dy <= radius * radius }
  }

  /// For example `xdog(s=1,k=1.6)+2px`.
  public var name: String { "\(base.name)+\(radius)px" }
  /// For example `XDoG+2px`.
  public var label: String { "\(base.label)+\(radius)px" }

  /// Ink strength per pixel, `[H * W]`.
  public func inkStrength(of frame: Frame) throws -> [Float] {
    let ink = try base.inkStrength(of: frame)
    let (width, height) = (frame.width, frame.height)
    var wide = ink
    for y in 0..<height {
      for x in 0..<width where ink[y * width + x] > 0 {
        let strength = ink[y * width + x]
        for (dx, dy) in offsets {
          let (column, row) = (x + dx, y + dy)
          guard column >= 0, column < width, row >= 0, row < height else { continue }
          let place = row * width + column
          if wide[place] < strength { wide[place] = strength }
        }
      }
    }
    return wide
  }
}
