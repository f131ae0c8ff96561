public import EvalCore

/// A metric of the paper that this program cannot compute yet: it keeps its place in tables, prints "–" and
/// says why.
public struct UnavailableMetric: Metric {
  /// Which of the seven this is.
  public let id: MetricID
  private let explanation: String
  private let evaluation: EvaluationProtocol

  init(_ id: MetricID, reason: String, protocol evaluation: EvaluationProtocol) {
    self.id = id
    explanation = reason
    self.evaluation = evaluation
  }

  /// The paper's name.
  public var label: String { id.title }

  /// No value exists that could be compared; the column keeps the reading it will have.
  public var comparability: Comparability { .definitionInferred }

  /// The protocol's fields and `state: unavailable`.
  public var signature: MetricSignature {
    var fields = evaluation.signatureFields
    fields["state"] = "unavailable"
    return MetricSignature(metric: id, fields: fields)
  }

  /// Which network and weights it needs.
  public var unavailability: String? { explanation }

  /// Always throws `MetricsError.unavailable`.
  public func makeObserver(clipID: String) throws -> any ClipObserver {
    throw MetricsError.unavailable(metric: id, reason: explanation)
  }

  /// A summary without a value.
  public func summarize(_ clips: [(clipID: String, measurement: ClipMeasurement)]) -> MetricSummary {
    MetricSummary(value: nil, reason: explanation, clips: 0, frames: 0)
  }
}
