internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// RAFT's update operator: motion features, recurrent unit and flow head; `update.py` of the authors' release.
struct UpdateBlock {
  private let motionEncoder: MotionEncoder
  private let units: [RecurrentUnit]
  private let flowHead: (Conv2D, Conv2D)

  /// Takes the block at `w` for `matches` channels of correlation, a `hidden` state and `context` features.
  init(_ w: RAFTScope, matches: Int, hidden: Int, context: Int) throws(CheckpointError) {
    motionEncoder = try MotionEncoder(w("motion_encoder", princeton: "encoder"), matches: matches)
    let gru = w("recurrent_block", princeton: "gru")
    let separable = gru("convgru2.convz", princeton: "convz2").hasTensor("weight")
    let kernels: [(suffix: String, kernel: Size2D)] =
      separable
      ? [("1", Size2D(height: 1, width: 5)), ("2", Size2D(height: 5, width: 1))] : [("", 3)]
    var units: [RecurrentUnit] = []
    for (index, (suffix, kernel)) in kernels.enumerated() {
      units.append(
        try RecurrentUnit(
          gru, number: index + 1, suffix: suffix, kernel: kernel, hidden: hidden, context: context,
          motion: motionEncoder.outputs))
    }
    self.units = units
    let head = w("flow_head", princeton: "flow_head")
    let (first, second) = (head("conv1", princeton: "conv1"), head("conv2", princeton: "conv2"))
    let width = try first.outputs()
    flowHead = (
      try Conv2D(first.weights, hidden, width, kernel: 3, padding: 1),
      try Conv2D(second.weights, width, 2, kernel: 3, padding: 1)
    )
  }

  /// What the recurrent units make of the context; it is the same in all iterations.
  func contextTerms(_ context: Tensor) -> [RecurrentUnit.ContextTerms] {
    units.map { $0.contextTerms(context) }
  }

  /// The next hidden state and the correction of the flow.
  func callAsFunction(
    hidden: Tensor, terms: [RecurrentUnit.ContextTerms], matches: Tensor, flow: Tensor
  ) -> (hidden: Tensor, correction: Tensor) {
    let motion = motionEncoder(matches: matches, flow: flow)
    var state = hidden
    for (unit, terms) in zip(units, terms) { state = unit(state, motion, terms) }
    return (state, flowHead.1(flowHead.0(state).relu()))
  }
}

/// Features of the current flow and of the matches around it, with the flow itself as the last two channels.
private struct MotionEncoder {
  private let ofMatches: [Conv2D]
  private let ofFlow: [Conv2D]
  private let joined: Conv2D
  let outputs: Int

  init(_ w: RAFTScope, matches: Int) throws(CheckpointError) {
    func layer(
      _ place: RAFTScope, _ inputs: Int, _ kernel: Int
    ) throws(CheckpointError) -> (layer: Conv2D, outputs: Int) {
      let outputs = try place.outputs()
      return (
        try Conv2D(
          place.weights, inputs, outputs, kernel: Size2D(height: kernel, width: kernel),
          padding: Padding2D(height: kernel / 2, width: kernel / 2)), outputs
      )
    }
    let first = try layer(w("convcorr1.0", princeton: "convc1"), matches, 1)
    let place = w("convcorr2.0", princeton: "convc2")
    let second = place.hasTensor("weight") ? try layer(place, first.outputs, 3) : nil
    ofMatches = [first.layer] + [second?.layer].compactMap(\.self)
    let firstOfFlow = try layer(w("convflow1.0", princeton: "convf1"), 2, 7)
    let secondOfFlow = try layer(w("convflow2.0", princeton: "convf2"), firstOfFlow.outputs, 3)
    ofFlow = [firstOfFlow.layer, secondOfFlow.layer]
    let width = (second ?? first).outputs + secondOfFlow.outputs
    let last = try layer(w("conv.0", princeton: "conv"), width, 3)
    joined = last.layer
    outputs = last.outputs + 2
  }

  func callAsFunction(matches: Tensor, flow: Tensor) -> Tensor {
    let parts = [
      ofMatches.reduce(matches) { $1($0).relu() }, ofFlow.reduce(flow) { $1($0).relu() },
    ]
    return Tensor.concatenation([joined(Tensor.concatenation(parts, axis: 1)).relu(), flow], axis: 1)
  }
}
