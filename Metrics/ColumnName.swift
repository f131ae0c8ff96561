internal import EvalCore

/// Column names and comparability: the bare name only for the default convention at the paper's size.
struct ColumnName {
  let label: String
  let isDefault: Bool

  /// `always` stands in brackets whatever the settings; `deviations` only where they are not the default.
  /// `title` replaces the metric's own name where another quantity stands in for it.
  init(
    _ id: MetricID, title: String? = nil, always: [String] = [], deviations: [String?],
    protocol evaluation: EvaluationProtocol
  ) {
    var changed = deviations.compactMap(\.self)
    if evaluation.size != EvaluationProtocol.paper.size { changed.append(evaluation.size.description) }
    if evaluation.resize != EvaluationProtocol.paper.resize { changed.append(evaluation.resize) }
    if evaluation.pixels != .all { changed.append(evaluation.pixels.rawValue) }
    let qualifiers = always + changed
    let title = title ?? id.title
    label = qualifiers.isEmpty ? title : "\(title)[\(qualifiers.joined(separator: ","))]"
    isDefault = changed.isEmpty
  }
}

extension EvaluationProtocol {
  /// The protocol's signature fields and those of a metric's options.
  func signature(_ id: MetricID, _ options: [String: String]) -> MetricSignature {
    MetricSignature(metric: id, fields: signatureFields.merging(options) { _, option in option })
  }
}
