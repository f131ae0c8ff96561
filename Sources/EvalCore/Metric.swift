public import Foundation

/// Whether smaller or larger values are better.
public enum Polarity: String, Codable, Sendable {
  /// Printed with ↓.
  case lowerIsBetter
  /// Printed with ↑.
  case higherIsBetter

  /// The arrow printed behind the metric's name.
  public var arrow: String { self == .lowerIsBetter ? "↓" : "↑" }

  /// Whether `a` is strictly better than `b`.
  public func isBetter(_ a: Double, than b: Double) -> Bool {
    self == .lowerIsBetter ? a < b : a > b
  }
}

/// The seven metrics of the paper, in the order of its tables.
public enum MetricID: String, Codable, CodingKeyRepresentable, Sendable, CaseIterable, Comparable {
  case fid, fvd, lpips, psnr, ssim, edmd, tc

  /// The name in the paper's tables.
  public var title: String { rawValue.uppercased() }

  /// The direction in the paper's tables.
  public var polarity: Polarity {
    switch self {
    case .psnr, .ssim: .higherIsBetter
    case .fid, .fvd, .lpips, .edmd, .tc: .lowerIsBetter
    }
  }

  /// Order of the paper's tables.
  public static func < (a: MetricID, b: MetricID) -> Bool {
    (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
  }
}

/// How far a column may be compared with published tables (`spec` section C4 of the metric definitions).
public enum Comparability: String, Codable, Sendable {
  /// Official definition and official weights.
  case official
  /// Official weights or none needed, but the paper leaves the definition open; ours is the documented
  /// reading.
  case definitionInferred = "definition inferred"
  /// Another network or extractor than the paper's: carries its own name.
  case substitute
  /// Reduced or random weights, for tests of the program only.
  case test
}

/// Everything that can change a metric's number. Two values with different signatures are not comparable.
public struct MetricSignature: Codable, Hashable, Sendable, CustomStringConvertible {
  /// The metric.
  public var metric: MetricID
  /// Printable ASCII `key: value` pairs.
  public var fields: [String: String]

  /// Makes a signature.
  public init(metric: MetricID, fields: [String: String]) {
    self.metric = metric
    self.fields = fields
  }

  /// For example `PSNR|agg:clip|cap:100|proto:lvcd-paper-1|…`: fields sorted by key.
  public var description: String {
    let pairs = fields.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
    return ([metric.title] + pairs).joined(separator: "|")
  }
}

/// What was made from a clip's originals, each product once for all rows of a table. Lives on one thread.
final class ProductShelf {
  private var products: [String: Any] = [:]

  func product<Value>(_ key: String, _ make: () throws -> Value) rethrows -> Value {
    if let known = products[key] as? Value { return known }
    let value = try make()
    products[key] = value
    return value
  }
}

/// A clip's originals as a whole: holds what belongs to more than one of its frames.
///
/// Made once per clip and shared by all rows; what it holds lives until the last row has finished the clip,
/// so products must not grow with the clip's length beyond what their metric needs. Lives on one thread.
public final class OriginalClip {
  /// Where features of this clip's frames, originals and outputs alike, are kept between runs; nil: nowhere.
  public let features: (any FeatureStore)?
  private let shelf = ProductShelf()

  /// A clip without products.
  public init(features: (any FeatureStore)? = nil) { self.features = features }

  /// The product named `key`, made by `make` at the first call. `key` must name every setting that changes
  /// the product.
  ///
  /// A product that gathers frames is a reference type whose users add frame `index` only where it is still
  /// missing: the first row adds it, the others find it.
  public func product<Value>(_ key: String, _ make: () throws -> Value) rethrows -> Value {
    try shelf.product(key, make)
  }
}

/// One frame of a clip as the metrics see it: the original at evaluation size, shared by all rows of a table.
///
/// Products of the original that several rows need (features, distance maps) are made once through `product`.
/// One that needs the frame before as well (flow) is a product of the later frame; an observer may keep the
/// frame before. What belongs to a whole clip (features of a window) is a product of `clip`. Lives on one
/// thread.
public final class OriginalFrame {
  /// Index in the clip.
  public let index: Int
  /// The original frame at evaluation size, 8-bit RGB, with its content hash.
  public let picture: IdentifiedFrame
  /// The original frame at evaluation size, 8-bit RGB.
  public var frame: Frame { picture.frame }
  /// The original frame before the resize, for metrics that work at stored size.
  public let storedFrame: Frame
  /// The input lineart at stored size, where the suite has one.
  public let lineart: Frame?
  /// The pixels that are judged; nil: all. Outside of them generated frames hold the original's values.
  public let region: PixelRegion?
  /// The clip this frame belongs to.
  public let clip: OriginalClip
  private let shelf = ProductShelf()

  /// Makes a frame.
  public init(
    index: Int, frame: Frame, storedFrame: Frame? = nil, lineart: Frame? = nil, region: PixelRegion? = nil,
    clip: OriginalClip = OriginalClip()
  ) {
    self.index = index
    picture = IdentifiedFrame(frame)
    self.storedFrame = storedFrame ?? frame
    self.lineart = lineart
    self.region = region
    self.clip = clip
  }

  /// The product named `key`, made by `make` at the first call. `key` must name every setting that changes
  /// the product.
  public func product<Value>(_ key: String, _ make: () throws -> Value) rethrows -> Value {
    try shelf.product(key, make)
  }
}

/// A generated frame at evaluation size and as stored.
public struct GeneratedFrame: Sendable {
  /// The frame at evaluation size, 8-bit RGB, with its content hash.
  public let picture: IdentifiedFrame
  /// The frame at evaluation size, 8-bit RGB.
  public var frame: Frame { picture.frame }
  /// The frame before the resize.
  public let storedFrame: Frame

  /// Makes a frame.
  public init(frame: Frame, storedFrame: Frame? = nil) {
    picture = IdentifiedFrame(frame)
    self.storedFrame = storedFrame ?? frame
  }
}

/// Watches one clip of one row, frame by frame in order. Lives on one thread.
public protocol ClipObserver: AnyObject {
  /// Takes the next frame; the reference frame is left out before, if the protocol says so.
  func observe(original: OriginalFrame, generated: GeneratedFrame) throws
  /// What was measured; called once, after the last frame.
  func finish() throws -> ClipMeasurement
}

/// One of the paper's metrics with all its options fixed.
public protocol Metric: Sendable {
  /// Which of the seven this is.
  var id: MetricID { get }
  /// The column's name without arrow: the bare name only for the official definition and weights, else for
  /// example `EDMD[XDoG,0.5]`.
  var label: String { get }
  /// How far the column may be compared with published tables.
  var comparability: Comparability { get }
  /// Every option that can change the number.
  var signature: MetricSignature { get }
  /// Why no value can be computed here, or nil when it can.
  var unavailability: String? { get }
  /// Whether observers look at `OriginalFrame.lineart`; the runner reads the suite's lineart only then.
  var readsLineart: Bool { get }
  /// Starts on a clip.
  func makeObserver(clipID: String) throws -> any ClipObserver
  /// The value over a set of clips. `clips` is sorted by clip id; never empty.
  func summarize(_ clips: [(clipID: String, measurement: ClipMeasurement)]) throws -> MetricSummary
  /// For metrics whose value needs `ClipMeasurement.arrays`: takes the clips one at a time, so that the arrays of a
  /// whole set are never in memory together. Nil: `summarize` is given measurements without arrays.
  func makeSummarizer() -> (any MetricSummarizer)?
}

/// Forms a metric's value over a set of clips that come one at a time, sorted by clip id.
public protocol MetricSummarizer {
  /// Takes the next clip.
  mutating func add(clipID: String, _ measurement: ClipMeasurement) throws
  /// The value over the clips taken, at least one.
  func summary() throws -> MetricSummary
  /// The value's interval by resampling the clips taken; nil where the metric has no such interval.
  func interval(_ settings: ResamplingSettings) throws -> Interval?
  /// A second pass over the same clips that tells each one's influence on the value; nil where there is none.
  func makeInfluencePass() throws -> (any InfluencePass)?
}

extension MetricSummarizer {
  /// None.
  public func interval(_ settings: ResamplingSettings) -> Interval? { nil }
  /// None.
  public func makeInfluencePass() -> (any InfluencePass)? { nil }
}

/// Tells what each clip contributes to a value of the whole set.
public protocol InfluencePass {
  /// The influence of a clip that the summarizer took (infinitesimal jackknife, divided by the number of
  /// frames); the influences of all clips sum to 0 but for rounding.
  func influence(of measurement: ClipMeasurement) throws -> Double
}

extension Metric {
  /// Available.
  public var unavailability: String? { nil }
  /// Does not read the suite's lineart.
  public var readsLineart: Bool { false }
  /// Needs no arrays.
  public func makeSummarizer() -> (any MetricSummarizer)? { nil }
}

/// What one metric found in one clip: the observations, not only their mean, so that pooling and statistics
/// can be redone.
public struct ClipMeasurement: Codable, Sendable, Hashable {
  /// One value per evaluated frame (or pair of frames), in order; nil where there is none, with the reason in
  /// `missing`.
  public var frames: [Double?]
  /// Why the value at a position of `frames` is nil: position to reason.
  public var missing: [Int: String]
  /// The clip's value under the default pooling; nil when no frame has a value.
  public var value: Double?
  /// The clip's value under other poolings, or other numbers of interest (thresholds of a sensitivity study),
  /// by name.
  public var alternatives: [String: Double]
  /// Counts worth printing: capped frames, empty sketches, excluded pairs.
  public var counters: [String: Int]
  /// Large observations: feature rows, warp errors.
  public var arrays: [String: NumericArray]

  /// Under this name TC keeps the clip's mean motion among `alternatives`: pixels between neighbouring frames at
  /// 256x256, positions without motion left out.
  public static let motionName = "motion"

  /// Makes a measurement.
  public init(
    frames: [Double?], missing: [Int: String] = [:], value: Double?,
    alternatives: [String: Double] = [:], counters: [String: Int] = [:],
    arrays: [String: NumericArray] = [:]
  ) {
    self.frames = frames
    self.missing = missing
    self.value = value
    self.alternatives = alternatives
    self.counters = counters
    self.arrays = arrays
  }
}

/// A little-endian float32 array, row-major; encoded as one block, never as JSON numbers.
public struct NumericArray: Codable, Sendable, Hashable {
  /// Extent of each axis, slowest first.
  public let shape: [Int]
  /// `4 * shape.product` bytes.
  public let data: Data

  /// Packs `values` in `shape`.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "shape \(shape) does not hold \(values.count) values")
    self.shape = shape
    data = values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
  }

  /// An array from its bytes; nil when they are not as many as `shape` needs.
  public init?(shape: [Int], data: Data) {
    var count = 1
    for extent in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflows else { return nil }
      count = product
    }
    guard data.count == 4 * count else { return nil }
    self.shape = shape
    self.data = data
  }

  /// The values, row-major.
  public var values: [Float] {
    var values = [UInt32](repeating: 0, count: data.count / 4)
    _ = values.withUnsafeMutableBytes { data.copyBytes(to: $0) }
    return values.map { Float(bitPattern: UInt32(littleEndian: $0)) }
  }
}

/// A metric's value over one cell (one method on one test set).
public struct MetricSummary: Codable, Sendable, Hashable {
  /// The value under the default pooling; nil with a `reason`.
  public var value: Double?
  /// Why there is no value.
  public var reason: String?
  /// Values under other poolings, by name (`frame-mean`, `pooled`).
  public var alternatives: [String: Double]
  /// Clips and frames (or pairs) that entered the value.
  public var clips: Int
  /// Frames (or pairs) that entered the value.
  public var frames: Int
  /// Sums of the clips' counters.
  public var counters: [String: Int]
  /// Interval of the value over clips; nil where none was computed or the clips are too few.
  public var interval: Interval?
  /// Values of a whole set: each clip's influence on the value, in the order of the set's `clipIDs`.
  public var influences: [Double]?
  /// Whether a paired test over clips tells the value from the best of its column; nil for the best itself and
  /// for values that take no part in the ranking.
  public var differsFromBest: Bool?

  /// Makes a summary.
  public init(
    value: Double?, reason: String? = nil, alternatives: [String: Double] = [:], clips: Int,
    frames: Int, counters: [String: Int] = [:], interval: Interval? = nil
  ) {
    self.value = value
    self.reason = reason
    self.alternatives = alternatives
    self.clips = clips
    self.frames = frames
    self.counters = counters
    self.interval = interval
  }
}

extension MetricSummary {
  /// The default pooling of clip metrics: mean over frames within a clip, then over clips; `frame-mean` pools
  /// all frames.
  public init(meanOf clips: [(clipID: String, measurement: ClipMeasurement)]) {
    let clipValues = clips.compactMap(\.measurement.value)
    let frameValues = clips.flatMap { $0.measurement.frames.compactMap(\.self) }
    var counters: [String: Int] = [:]
    for clip in clips { counters.merge(clip.measurement.counters, uniquingKeysWith: +) }
    var alternatives: [String: Double] = [:]
    if !frameValues.isEmpty {
      alternatives["frame-mean"] = frameValues.reduce(0, +) / Double(frameValues.count)
    }
    for name in Set(clips.flatMap { $0.measurement.alternatives.keys }).sorted() {
      let values = clips.compactMap { $0.measurement.alternatives[name] }
      alternatives[name] = values.reduce(0, +) / Double(values.count)
    }
    self.init(
      value: clipValues.isEmpty ? nil : clipValues.reduce(0, +) / Double(clipValues.count),
      reason: clipValues.isEmpty ? "no frame has a value" : nil,
      alternatives: alternatives, clips: clipValues.count, frames: frameValues.count,
      counters: counters)
  }
}
