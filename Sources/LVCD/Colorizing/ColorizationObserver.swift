internal import Checkpoints
internal import EvalCore
internal import Foundation
internal import TensorCore

/// Hears a sampling run: passes progress and cancellation on, and keeps latents where they are wanted.
final class ColorizationObserver: SequenceObserver {
  private let sink: any ColorizationSink
  private let plan: SequencePlan
  private let steps: Int
  private let prefix: String
  private let keepsTensors: Bool
  private(set) var tensors: [String: WeightTensor] = [:]

  /// `prefix` stands in front of the names of tensors.
  init(sink: any ColorizationSink, plan: SequencePlan, steps: Int, prefix: String, keepsTensors: Bool) {
    self.sink = sink
    self.plan = plan
    self.steps = steps
    self.prefix = prefix
    self.keepsTensors = keepsTensors
  }

  func record(_ name: @autoclosure () -> String, _ tensor: Tensor) {
    if keepsTensors { tensors[prefix + name()] = WeightTensor(tensor) }
  }

  func willStep(_ step: Int, segment: Int) throws {
    try sink.checkCancellation()
    let part = prefix.isEmpty ? "" : "before the reference, "
    sink.report(
      stage: "\(part)segment \(segment + 1) of \(plan.segments), step \(step + 1) of \(steps)",
      completed: segment * steps + step, total: plan.segments * steps)
  }
}
