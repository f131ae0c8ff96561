internal import EvalCore
internal import Perception

/// Every choice behind an EDMD value.
public struct EDMDOptions: Sendable {
  /// Where the reference sketch comes from.
  public enum Sketch: String, Sendable, CaseIterable {
    /// Extracted from the original frame by the same extractor as the generated frame's.
    case original
    /// The suite's own input lineart, thresholded the same way.
    case suite
  }

  /// The size at which sketches are extracted.
  public enum Place: String, Sendable, CaseIterable {
    /// At evaluation size, from the frames that all metrics use.
    case evaluation
    /// At stored size; the ink strength is then resized by area coverage and thresholded.
    case native
  }

  /// What a frame without ink scores.
  public enum NoInk: String, Sendable, CaseIterable {
    /// Its distance map is the image diagonal everywhere.
    case diagonal
    /// The frame has no value, unless both sketches are empty.
    case exclude
  }

  /// Whether sketches are thinned before the distance transform.
  public enum Thinning: String, Sendable, CaseIterable {
    /// As thresholded.
    case none
    /// Lines one pixel wide.
    case zhangSuen = "zhang-suen"
  }

  /// How the frames of a clip become one value.
  public enum Aggregation: String, Sendable, CaseIterable {
    /// Mean of the frames' root mean squared errors.
    case frameMean = "frame"
    /// Root of the mean squared error over the clip.
    case pooledRMSE = "pooled-rmse"
  }

  /// Name of the extractor.
  public var extractor: String
  /// Path of the extractor's weight file, where it is a network.
  public var weights: String?
  /// Ink strength above which, strictly, a pixel is ink.
  public var threshold: Double
  /// Distance transform.
  public var distance: DistanceMethod
  /// Where the reference sketch comes from.
  public var sketch: Sketch
  /// The size at which sketches are extracted.
  public var place: Place
  /// What a frame without ink scores.
  public var noInk: NoInk
  /// Whether sketches are thinned.
  public var thinning: Thinning
  /// How the frames of a clip become one value.
  public var aggregation: Aggregation
  /// How ink stands out in the suite's lineart.
  public var polarity: SketchPolarity

  static let defaultExtractor = "xdog"
  static let defaultThreshold = 0.5

  static let legal = [
    MetricOption("extractor", LineartExtractors.names, default: defaultExtractor, "line extractor"),
    MetricOption(
      "weights", ["a path"], default: "none", "weight file of the extractor, where it is a network"),
    MetricOption(
      "threshold", ["a number above 0.0 and below 1.0"], default: "\(defaultThreshold)",
      "ink strength above which, strictly, a pixel is ink"),
    MetricOption(
      "distance", DistanceMethod.allCases.map(\.rawValue), default: DistanceMethod.exact.rawValue,
      "exact Euclidean distance, or Danielsson's 4SED or 8SED"),
    MetricOption(
      "sketch", Sketch.allCases.map(\.rawValue), default: Sketch.original.rawValue,
      "reference sketch: extracted from the original frame, or the suite's lineart"),
    MetricOption(
      "where", Place.allCases.map(\.rawValue), default: Place.evaluation.rawValue,
      "size at which sketches are extracted: evaluation size or stored size"),
    MetricOption(
      "no-ink", NoInk.allCases.map(\.rawValue), default: NoInk.diagonal.rawValue,
      "a frame without ink: distance map of the image diagonal, or no value"),
    MetricOption(
      "thinning", Thinning.allCases.map(\.rawValue), default: Thinning.none.rawValue,
      "whether sketches are thinned to one pixel"),
    MetricOption(
      "agg", Aggregation.allCases.map(\.rawValue), default: Aggregation.frameMean.rawValue,
      "frames of a clip: mean of the frames' rmse, or rmse over the clip"),
    MetricOption(
      "polarity", SketchPolarity.allCases.map(\.rawValue), default: SketchPolarity.darkOnLight.rawValue,
      "how ink stands out in the suite's lineart"),
  ]

  init(_ given: [String: String]) throws(MetricsError) {
    let reader = try OptionReader(.edmd, given, legal: Self.legal)
    extractor = try reader.name("extractor", default: Self.defaultExtractor)
    weights = reader.text("weights")
    threshold = try reader.number("threshold", default: Self.defaultThreshold, above: 0, below: 1)
    distance = try reader.choice("distance", default: .exact)
    sketch = try reader.choice("sketch", default: .original)
    place = try reader.choice("where", default: .evaluation)
    noInk = try reader.choice("no-ink", default: .diagonal)
    thinning = try reader.choice("thinning", default: .none)
    aggregation = try reader.choice("agg", default: .frameMean)
    polarity = try reader.choice("polarity", default: .darkOnLight)
  }

  /// Values that differ from the defaults, for column names; extractor and threshold are always in the name.
  var deviations: [String?] {
    [
      distance == .exact ? nil : distance.rawValue,
      sketch == .original ? nil : "sketch=\(sketch.rawValue)",
      place == .evaluation ? nil : place.rawValue,
      noInk == .diagonal ? nil : "no-ink=\(noInk.rawValue)",
      thinning == .none ? nil : thinning.rawValue,
      aggregation == .frameMean ? nil : aggregation.rawValue,
      polarity == .darkOnLight ? nil : polarity.rawValue,
    ]
  }

  /// All options as signature fields; `extractorName` has the extractor's own settings.
  func signatureFields(extractorName: String) -> [String: String] {
    [
      "extractor": extractorName, "t": "\(threshold)", "edt": distance.rawValue, "sketch": sketch.rawValue,
      "where": place.rawValue, "noink": noInk.rawValue, "thin": thinning.rawValue,
      "agg": aggregation == .frameMean ? "clip" : "pooled-rmse-clip", "polarity": polarity.rawValue,
    ]
  }
}
