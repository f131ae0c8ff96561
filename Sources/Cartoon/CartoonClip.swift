internal import EvalCore
internal import Foundation

/// A generated clip: any frame can be rendered, in any order, from any thread.
///
/// The clip is a pure function of seed and options. Its generator is `CartoonClip.version`; a change that alters any
/// pixel raises it. By convention seeds below 2^32 are for training, seeds from 2^32 for tests.
public struct CartoonClip: Sendable {
  /// Version of the generator.
  public static let version = 1
  /// The first seed that is set aside for test material.
  public static let firstTestSeed: UInt64 = 1 << 32

  /// Identifier from family and seed, for example `similar-4294967296`.
  public let id: String
  /// The seed.
  public let seed: UInt64
  /// The options.
  public let options: CartoonOptions
  /// Number of frames.
  public var length: Int { options.length }
  /// Colours per group, 8-bit RGB; index 0 is the ink.
  public var palette: [(red: UInt8, green: UInt8, blue: UInt8)] { scene.palette.colours.map(\.bytes) }

  private let scene: Scene

  /// Plans the clip; throws what is wrong with the options.
  public init(seed: UInt64, options: CartoonOptions) throws(CartoonError) {
    try options.validate()
    self.seed = seed
    self.options = options
    id = "\(options.family.rawValue)-\(seed)"
    scene = Scene(seed: seed, options: options)
  }

  /// Renders frame `index`.
  public func render(_ index: Int) throws(CartoonError) -> CartoonFrame {
    try check(index)
    return try scene.paint(index, width: options.size.width, height: options.size.height, pictures: true)
      .frame()
  }

  /// Numbers of `count` different frames in ascending order, drawn by the clip's seed; all frames where it has fewer.
  public func sampledFrames(_ count: Int) -> [Int] {
    var rng = SplitMix64(seed: seed ^ 0x5EED_F4A3)
    var numbers = Array(0..<length)
    let taken = max(0, min(count, length))
    for index in 0..<taken { numbers.swapAt(index, rng.integer(index...(length - 1))) }
    return numbers[..<taken].sorted()
  }

  /// Exact motion of every pixel from one frame to another.
  public func flow(from: Int, to: Int) throws(CartoonError) -> FlowField {
    try check(from)
    try check(to)
    let (width, height) = (options.size.width, options.size.height)
    let source = try scene.paint(from, width: width, height: height, pictures: false)
    let target = try scene.paint(to, width: width, height: height, pictures: false)
    let moves = scene.moves(from: from, to: to, width: width, height: height)
    var dx = [Float](repeating: 0, count: width * height)
    var dy = dx
    var visible = [Bool](repeating: false, count: width * height)
    for y in 0..<height {
      for x in 0..<width {
        let pixel = y * width + x
        let part = source.parts[pixel]
        guard part > 0 else { continue }
        let start = Point(Double(x) + 0.5, Double(y) + 0.5)
        let end = moves[Int(part) - 1] * start
        dx[pixel] = Float(end.x - start.x)
        dy[pixel] = Float(end.y - start.y)
        guard end.x >= 0, end.y >= 0, end.x < Double(width), end.y < Double(height) else { continue }
        let landing = Int(end.y) * width + Int(end.x)
        visible[pixel] = target.parts[landing] == part && target.groups[landing] == source.groups[pixel]
      }
    }
    return FlowField(width: width, height: height, dx: dx, dy: dy, visible: visible)
  }

  /// Motion from frame to frame, on a grid of every `step`-th pixel and frame pair; a clip of one frame has none.
  public func statistics(step: Int = 4, everyPair: Int = 1) throws(CartoonError) -> CartoonStatistics {
    let columns = max(1, options.size.width / step)
    let rows = max(1, options.size.height / step)
    var sum = 0.0
    var moving = 0
    var total = 0
    for frame in stride(from: 0, to: length - 1, by: everyPair) {
      let map = try scene.paint(frame, width: columns, height: rows, pictures: false)
      let moves = scene.moves(
        from: frame, to: frame + 1, width: options.size.width, height: options.size.height)
      for row in 0..<rows {
        for column in 0..<columns {
          let part = map.parts[row * columns + column]
          total += 1
          guard part > 0 else { continue }
          let start = Point(
            (Double(column) + 0.5) * Double(options.size.width) / Double(columns),
            (Double(row) + 0.5) * Double(options.size.height) / Double(rows))
          let motion = (moves[Int(part) - 1] * start - start).length
          if motion > CartoonStatistics.staticThreshold {
            sum += motion
            moving += 1
          }
        }
      }
    }
    return CartoonStatistics(
      meanMotion: moving > 0 ? sum / Double(moving) : 0,
      movingShare: total > 0 ? Double(moving) / Double(total) : 0,
      groups: scene.palette.colours.count, parts: scene.partCount)
  }

  private func check(_ index: Int) throws(CartoonError) {
    guard (0..<length).contains(index) else { throw .frame(index, length: length) }
  }
}
