internal import Checkpoints

/// A place in a RAFT checkpoint under either of its two namings.
///
/// The authors' release calls the layers `fnet`, `cnet` and `update_block`, under a common `module.`; torchvision
/// calls them `feature_encoder`, `context_encoder`, `update_block` and `mask_predictor`.
struct RAFTScope {
  /// Who named the tensors.
  enum Naming {
    case torchvision
    case princeton
  }

  let weights: WeightScope
  let naming: Naming

  /// The child called `torchvision` in one naming and `princeton` in the other; an empty name is this place.
  func callAsFunction(_ torchvision: String, princeton: String) -> RAFTScope {
    let name = naming == .torchvision ? torchvision : princeton
    return RAFTScope(weights: name.isEmpty ? weights : weights / name, naming: naming)
  }

  /// Whether there is a tensor of this name.
  func hasTensor(_ name: String) -> Bool { weights.hasTensor(name) }

  /// Number of outputs of the convolution whose `weight` lies here.
  func outputs() throws(CheckpointError) -> Int { try weights.shape(of: "weight").first ?? 0 }
}
