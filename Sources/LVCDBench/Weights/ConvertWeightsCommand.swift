internal import ArgumentParser
internal import Checkpoints
internal import Foundation

/// `lvcd-bench weights convert IN OUT.safetensors`.
struct ConvertWeightsCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write the tensors of a weight file as safetensors, names unchanged.")

  @Argument(help: "The weight file to read.", completion: .file())
  var input: String

  @Argument(help: "The safetensors file to write.", completion: .file(extensions: ["safetensors"]))
  var output: String

  @Flag(help: "Round float32 and float64 tensors to float16.")
  var half = false

  @OptionGroup var dryRun: DryRunOption
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard output.hasSuffix(".safetensors") else {
      throw ValidationError("'\(output)' must end in .safetensors, the only format that is written")
    }
  }

  func run() throws { try reporting { try convert() } }

  private func convert() throws {
    let checkpoint = try CheckpointFile.open(URL(fileURLWithPath: input))
    if dryRun.isDryRun {
      return try answer("\(input): \(checkpoint.entries.count) tensors; nothing was written")
    }
    try checkpoint.convert(to: URL(fileURLWithPath: output), halvesFloats: half)
    try answer("\(output): \(checkpoint.entries.count) tensors from \(checkpoint.format.rawValue)")
  }
}
