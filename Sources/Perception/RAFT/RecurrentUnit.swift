internal import Checkpoints
internal import TensorCore

/// A convolutional gated recurrent unit over `[hidden, context, motion]`:
/// `z, r = sigmoid(...)`, `q = tanh(...)` of `[r * hidden, context, motion]`, `hidden = (1 - z) hidden + z q`.
///
/// A convolution of joined channels is the sum of convolutions of the parts. The context does not change between
/// iterations, so its part is computed once; the two gates share their input and are one convolution.
struct RecurrentUnit {
  /// What the context adds to both gates and to the candidate, biases included.
  struct ContextTerms {
    let gates: Tensor
    let candidate: Tensor
  }

  private let gateWeight: PreparedWeight
  private let gateContextWeight: PreparedWeight
  private let gateBias: Tensor
  private let candidateWeight: PreparedWeight
  private let candidateContextWeight: PreparedWeight
  private let candidateBias: Tensor
  private let padding: Padding2D
  private let hidden: Int

  /// Takes `convz`, `convr` and `convq`; `number` counts the units, `suffix` is what the authors append.
  init(
    _ w: RAFTScope, number: Int, suffix: String, kernel: Size2D, hidden: Int, context: Int, motion: Int
  ) throws(CheckpointError) {
    func weights(_ letter: String) throws(CheckpointError) -> (weight: Tensor, bias: Tensor) {
      let place = w("convgru\(number).conv\(letter)", princeton: "conv\(letter)\(suffix)").weights
      return (
        try place.tensor("weight", hidden, hidden + context + motion, kernel.height, kernel.width),
        try place.tensor("bias", hidden)
      )
    }
    /// The kernels of hidden and motion channels, and those of the context.
    func split(_ weight: Tensor) -> (changing: Tensor, context: Tensor) {
      let first = weight.slice(axis: 1, 0..<hidden)
      let last = weight.slice(axis: 1, hidden + context..<weight.shape[1])
      return (
        Tensor.concatenation([first, last], axis: 1), weight.slice(axis: 1, hidden..<hidden + context)
      )
    }
    let (z, r, q) = (try weights("z"), try weights("r"), try weights("q"))
    let gates = split(Tensor.concatenation([z.weight, r.weight], axis: 0))
    let candidate = split(q.weight)
    gateWeight = PreparedWeight(WeightTensor(gates.changing))
    gateContextWeight = PreparedWeight(WeightTensor(gates.context))
    gateBias = Tensor.concatenation([z.bias, r.bias], axis: 0)
    candidateWeight = PreparedWeight(WeightTensor(candidate.changing))
    candidateContextWeight = PreparedWeight(WeightTensor(candidate.context))
    candidateBias = q.bias
    padding = Padding2D(height: kernel.height / 2, width: kernel.width / 2)
    self.hidden = hidden
  }

  func contextTerms(_ context: Tensor) -> ContextTerms {
    ContextTerms(
      gates: context.convolved2D(gateContextWeight, bias: gateBias, padding: padding),
      candidate: context.convolved2D(candidateContextWeight, bias: candidateBias, padding: padding))
  }

  func callAsFunction(_ state: Tensor, _ motion: Tensor, _ terms: ContextTerms) -> Tensor {
    let joined = Tensor.concatenation([state, motion], axis: 1)
    let gates = (joined.convolved2D(gateWeight, padding: padding) + terms.gates).sigmoid()
    let update = gates.slice(axis: 1, 0..<hidden)
    let reset = gates.slice(axis: 1, hidden..<2 * hidden)
    let kept = Tensor.concatenation([reset * state, motion], axis: 1)
    let candidate = (kept.convolved2D(candidateWeight, padding: padding) + terms.candidate).tanh()
    return state + update * (candidate - state)
  }
}
