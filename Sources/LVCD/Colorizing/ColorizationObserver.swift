internal import Checkpoints
internal import EvalCore
internal import Foundation
internal import TensorCore

/// Hears a sampling run: passes progress and cancellation on, and keeps latents where they are wanted.
final class ColorizationObserver: SequenceObserver {
  private let sink: any ColorizationSink
  private let plan: SequencePlan
  private let steps: Int
  private let keepsTensors: Bool
  private(set) var tensors: [String: WeightTensor] = [:]

  init(sink: any ColorizationSink, plan: SequencePlan, steps: Int, keepsTensors: Bool) {
    self.sink = sink
    self.plan = plan
    self.steps = steps
    self.keepsTensors = keepsTensors
  }

  func record(_ name: @autoclosure () -> String, _ tensor: Tensor) {
    if keepsTensors { tensors[name()] = WeightTensor(tensor) }
  }

  func willStep(_ step: Int, segment: Int) throws {
    try sink.checkCancellation()
    sink.report(
      stage: "segment \(segment + 1) of \(plan.segments), step \(step + 1) of \(steps)",
      completed: segment * steps + step, total: plan.segments * steps)
  }
}
