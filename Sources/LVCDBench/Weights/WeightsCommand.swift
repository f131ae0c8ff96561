internal import ArgumentParser

/// `lvcd-bench weights`: looking into weight files and converting them.
struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "List the tensors of weight files and convert them.",
    discussion: """
      Reads safetensors, PyTorch files (zip archives and the older stream), NumPy .npy and .npz, pickles of \
      NumPy arrays, and HDF5. The format is recognised by content. Nothing in a file is ever run.
      """,
    subcommands: [InspectWeightsCommand.self, ConvertWeightsCommand.self])
}
