public import EvalCore

/// What can go wrong between options and a value.
public enum MetricsError: ReasonedError, CustomStringConvertible, Equatable {
  /// A metric has no option of this name.
  case unknownOption(metric: MetricID, name: String, legal: [String])
  /// An option does not take this value; `legal` spells what it takes.
  case illegalValue(metric: MetricID, option: String, value: String, legal: [String])
  /// Options were given for a metric that was not asked for.
  case unusedOptions(metric: MetricID, requested: [MetricID])
  /// Original and generated frame differ in size.
  case frameSizesDiffer(clip: String, index: Int, original: FrameSize, generated: FrameSize)
  /// The window of SSIM does not fit into the frame.
  case frameSmallerThanWindow(clip: String, index: Int, size: FrameSize, window: Int)
  /// A side is beyond what squared distances in 32 bits allow.
  case frameTooLarge(clip: String, size: FrameSize, limit: Int)
  /// EDMD was asked to compare with the suite's lineart, which this clip does not have.
  case noLineart(clip: String, index: Int)
  /// A network's layers do not fit into the frame.
  case frameSmallerThanNetwork(metric: MetricID, clip: String, size: FrameSize, minimum: Int)
  /// A network's output, or what follows from it, is not a number.
  case notFinite(metric: MetricID, clip: String)
  /// Weight files that a user gave cannot be used.
  case unusableWeights(metric: MetricID, reason: String)
  /// The metric cannot be computed by this program.
  case unavailable(metric: MetricID, reason: String)

  /// The reason code for records and failures.
  public var reason: FailureReason {
    switch self {
    case .frameSizesDiffer, .frameSmallerThanWindow, .frameSmallerThanNetwork: .sizeMismatch
    case .frameTooLarge: .tooLarge
    case .noLineart: .missing
    case .notFinite: .notFinite
    case .unknownOption, .illegalValue, .unusedOptions, .unavailable, .unusableWeights: .modelError
    }
  }

  /// One line: what was found, what was expected, and the fix.
  public var description: String {
    switch self {
    case .unknownOption(let metric, let name, let legal):
      if legal.isEmpty {
        return "\(metric.rawValue): unknown option '\(name)'; this metric has no options, leave it out"
      }
      return "\(metric.rawValue): unknown option '\(name)'\(Self.hint(name, legal)); legal options: "
        + legal.joined(separator: ", ")
    case .illegalValue(let metric, let option, let value, let legal):
      return
        "\(metric.rawValue): option \(option)=\(value) is not legal\(Self.hint(value, legal)); use one of: "
        + legal.joined(separator: ", ")
    case .unusedOptions(let metric, let requested):
      let names = requested.map(\.rawValue).joined(separator: ", ")
      return "options are given for \(metric.rawValue), which is not among the metrics asked for (\(names)); "
        + "add the metric or leave the options out"
    case .frameSizesDiffer(let clip, let index, let original, let generated):
      return "\(clip): generated frame \(index) is \(generated), the original is \(original); "
        + "compare frames of the same size"
    case .frameSmallerThanWindow(let clip, let index, let size, let window):
      return "\(clip): frame \(index) is \(size), ssim needs at least \(window)x\(window); "
        + "evaluate at a larger size or leave ssim out"
    case .frameTooLarge(let clip, let size, let limit):
      return "\(clip): \(size) is too large for a distance map, sides may have at most \(limit) pixels; "
        + "make the picture smaller"
    case .noLineart(let clip, let index):
      return "\(clip): frame \(index) has no lineart in the suite, but edmd was asked for sketch=suite; "
        + "use sketch=original or add the lineart to the suite file"
    case .frameSmallerThanNetwork(let metric, let clip, let size, let minimum):
      return "\(clip): frames of \(size) are too small for \(metric.rawValue), sides need \(minimum) pixels; "
        + "evaluate at a larger size or leave \(metric.rawValue) out"
    case .notFinite(let metric, let clip):
      return "\(clip): \(metric.rawValue) meets values that are not numbers; "
        + "check the weights with 'lvcd-bench weights verify'"
    case .unusableWeights(let metric, let reason):
      return "\(metric.rawValue): weights=...: \(reason)"
    case .unavailable(let metric, let reason):
      return "\(metric.rawValue): \(reason)"
    }
  }

  private static func hint(_ given: String, _ legal: [String]) -> String {
    guard let nearest = NearestMatch.of(given, among: legal) else { return "" }
    return ", did you mean '\(nearest)'?"
  }
}
