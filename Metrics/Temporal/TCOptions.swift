internal import EvalCore
internal import Perception

/// Every choice behind a TC value. The paper leaves all of them open but the flow's network.
public struct TCOptions: Sendable {
  /// The method that finds the original's motion.
  public enum FlowMethod: String, Sendable, CaseIterable {
    /// RAFT as in `raft`; DIS where frames are evaluated below 128 pixels, which RAFT cannot, and `weights` names no
    /// file. Which one ran is in label and signature.
    case auto
    /// Classical dense inverse search; needs no weights.
    case dis
    /// RAFT with the weights that the option `weights` names, else published ones where they are at hand, else the
    /// project's RAFT-small inside the program.
    case raft
  }

  /// Whether RAFT's flow is fitted to the pixels.
  public enum Refined: String, Sendable, CaseIterable {
    /// As belongs to the weights: that of the project's own, none other.
    case auto
    /// As the network gives it.
    case no
    /// Fitted.
    case yes

    /// Nil for `auto`.
    var choice: Bool? { self == .auto ? nil : self == .yes }
  }

  /// How a frame is carried to the time of the next one.
  public enum Direction: String, Sendable, CaseIterable {
    /// Flow from the later frame to the earlier one; the earlier frame is read at `p + flow(p)`.
    case backward
    /// Flow from the earlier frame to the later one; the earlier frame is spread to `p + flow(p)`.
    case forwardSplat = "forward-splat"
    /// Flow from the earlier frame to the later one; the earlier frame is read at `p - flow(p)`.
    case negatedForward = "negated-forward"
  }

  /// What lies outside the frame.
  public enum Outside: String, Sendable, CaseIterable {
    /// Zeros.
    case zeros
    /// The edge pixel.
    case border
    /// Places read outside the frame are left out of all norms.
    case mask
  }

  /// Whether hidden places are left out.
  public enum Occlusion: String, Sendable, CaseIterable {
    /// All places count.
    case none
    /// Places where flow there and back does not return are left out of all norms.
    case consistency = "forward-backward"
  }

  /// How pairs of frames become one value.
  public enum Aggregation: String, Sendable, CaseIterable {
    /// Mean of the pairs' ratios, then mean over clips.
    case meanOfRatios = "mean-of-ratios"
    /// Per clip the sum of generated errors over the sum of original errors, then mean over clips.
    case ratioOfSums = "ratio-of-sums"
    /// Mean generated error over mean original error of the whole set.
    case ratioOfMeans = "ratio-of-means"
  }

  /// What happens to pairs whose original hardly changes.
  public enum Held: String, Sendable, CaseIterable {
    /// Left out when the original is held, or when its error is below the guard.
    case exclude
    /// Left out only when the original's error is below the guard.
    case guardOnly = "guard"
    /// Kept; both errors are raised by the guard.
    case epsilon = "eps"
  }

  /// The method asked for.
  public var flow: FlowMethod
  /// Path of a weight file for RAFT.
  public var weights: String?
  /// Updates of RAFT.
  public var iterations: Int
  /// Whether RAFT's flow is fitted to the pixels.
  public var refined: Refined
  /// How frames are carried over.
  public var direction: Direction
  /// What lies outside the frame.
  public var outside: Outside
  /// Whether hidden places are left out.
  public var occlusion: Occlusion
  /// How pairs become one value.
  public var aggregation: Aggregation
  /// What happens to held frames.
  public var held: Held

  static let iterationRange = 1...100

  static let legal = [
    MetricOption(
      "flow", FlowMethod.allCases.map(\.rawValue), default: FlowMethod.auto.rawValue,
      "motion of the original: auto is RAFT, for frames below 128 pixels DIS"),
    MetricOption(
      "weights", ["a path"], default: "published ones if at hand, else the program's own",
      "weight file of RAFT, large or small"),
    MetricOption(
      "iterations", ["a whole number from 1 to 100"], default: "\(RAFTEstimator.defaultIterations)",
      "updates of RAFT"),
    MetricOption(
      "refined", Refined.allCases.map(\.rawValue), default: Refined.auto.rawValue,
      "whether RAFT's flow is fitted to the pixels: auto does so with the project's weights alone"),
    MetricOption(
      "direction", Direction.allCases.map(\.rawValue), default: Direction.backward.rawValue,
      "how the earlier frame is carried to the later one"),
    MetricOption(
      "outside", Outside.allCases.map(\.rawValue), default: Outside.zeros.rawValue,
      "what is read outside the frame"),
    MetricOption(
      "occlusion", Occlusion.allCases.map(\.rawValue), default: Occlusion.none.rawValue,
      "whether places hidden in one of the frames are left out"),
    MetricOption(
      "agg", Aggregation.allCases.map(\.rawValue), default: Aggregation.meanOfRatios.rawValue,
      "how the errors of pairs become one value"),
    MetricOption(
      "held", Held.allCases.map(\.rawValue), default: Held.exclude.rawValue,
      "pairs whose original hardly changes: left out, guarded only, or both errors raised"),
  ]

  init(_ given: [String: String]) throws(MetricsError) {
    let reader = try OptionReader(.tc, given, legal: Self.legal)
    flow = try reader.choice("flow", default: .auto)
    weights = reader.text("weights")
    let text = reader.text("iterations") ?? "\(RAFTEstimator.defaultIterations)"
    guard let count = Int(text), Self.iterationRange.contains(count) else {
      throw .illegalValue(
        metric: .tc, option: "iterations", value: text, legal: ["a whole number from 1 to 100"])
    }
    iterations = count
    refined = try reader.choice("refined", default: .auto)
    direction = try reader.choice("direction", default: .backward)
    outside = try reader.choice("outside", default: .zeros)
    occlusion = try reader.choice("occlusion", default: .none)
    aggregation = try reader.choice("agg", default: .meanOfRatios)
    held = try reader.choice("held", default: .exclude)
    if flow == .dis, refined != .auto {
      throw .illegalValue(
        metric: .tc, option: "refined", value: refined.rawValue, legal: ["auto, with flow=dis"])
    }
    if flow == .dis, let weights {
      throw .unusableWeights(
        metric: .tc, reason: "\(weights) is given with flow=dis, which has no weights; leave one of them out")
    }
  }

  /// Values that differ from the defaults, for column names; the flow's name stands there anyway.
  var deviations: [String?] {
    [
      direction == .backward ? nil : direction.rawValue,
      outside == .zeros ? nil : outside.rawValue,
      occlusion == .none ? nil : occlusion.rawValue,
      aggregation == .meanOfRatios ? nil : aggregation.rawValue,
      held == .exclude ? nil : "held=\(held.rawValue)",
    ]
  }

  /// All options as signature fields; `flowName` has the method's own settings.
  func signatureFields(flowName: String) -> [String: String] {
    [
      "flow": flowName, "dir": direction.rawValue, "outside": outside.rawValue,
      "occlusion": occlusion.rawValue, "agg": aggregation.rawValue, "held": held.rawValue,
    ]
  }

  /// What the errors of a pair of originals depend on, the flow's name apart.
  var productKey: String { "\(direction.rawValue)|\(outside.rawValue)|\(occlusion.rawValue)" }
}
