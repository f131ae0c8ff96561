internal import ArgumentParser

/// `lvcd-bench weights`: obtaining weight files, looking into them and converting them.
struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "Obtain, check, list and convert weight files.",
    discussion: """
      Reads safetensors, PyTorch files (zip archives and the older stream), NumPy .npy and .npz, pickles of \
      NumPy arrays, and HDF5. The format is recognised by content. Nothing in a file is ever run. 'weights get' is the \
      only command that opens a connection.
      """,
    subcommands: [
      ListWeightsCommand.self, GetWeightsCommand.self, VerifyWeightsCommand.self, WeightsPathCommand.self,
      InspectWeightsCommand.self, ConvertWeightsCommand.self,
    ])
}
