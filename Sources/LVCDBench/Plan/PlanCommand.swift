internal import ArgumentParser
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import LVCDModel
internal import Media
internal import TensorCore

/// `lvcd-bench plan`: what a run or colouring one clip takes, before anything is computed.
struct PlanCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Estimate what a run, or colouring one clip, takes.",
    discussion: """
      A run is named as for 'run': clips, frames, segments, time per stage and row, disk and memory. --slurm DIR \
      writes the batch scripts of the run in --shards parts.

      For one clip name the lineart, or --frames and --size. Without --weights the official model is meant, stored in \
      half precision. Arithmetic is counted from the sizes; time is that arithmetic at the speed of a matrix \
      product measured now by the program's own processor time, that is on an otherwise idle machine, times what the \
      networks were measured to reach of it at full size.
      """)

  @Option(help: "Lineart: a folder of PNG frames or a video.")
  var lineart: String?

  @Option(help: "Frames of the clip.")
  var frames: Int?

  @Option(help: "Size of the frames, WIDTHxHEIGHT. (default: the model's own)")
  var size: String?

  @OptionGroup var request: RunRequest
  @OptionGroup var scoring: ScoringOptions
  @OptionGroup var wholeRun: RunPlanOptions
  @OptionGroup var method: ModelOptions

  @Option(help: "Speed in GFLOP/s instead of measuring it.")
  var rate: Double?

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var common: CommonOptions

  /// What `--json` prints.
  private struct Answer: Encodable {
    var frames: Int
    var width: Int
    var height: Int
    var segments: Int
    var steps: Int
    var overlap: Int
    var total_flops: Double
    var step_flops: Double
    var decoding_flops: Double
    var seconds_per_step: Double
    var seconds: Double
    var seconds_per_frame: Double
    var decoding_seconds: Double
    var gflops_per_second: Double
    var threads: Int
    var efficiency: ComputeEfficiency
    var weight_bytes: Int
    var memory_bytes: Int
    var activation_bytes: Int
    var available_bytes: Int?
  }

  func validate() throws {
    guard lineart == nil || frames == nil else { throw ValidationError("name either --lineart or --frames") }
    if isRun, size != nil || !method.isDefault {
      throw ValidationError(
        "--size, --overlap, --steps, --variant, --amplification and --resolution are about one clip: name "
          + "--lineart or --frames, or vary a run's rows with --grid")
    }
    if let frames, frames < 1 { throw ValidationError("--frames must be at least 1, got \(frames)") }
    if let rate, !(rate > 0) { throw ValidationError("--rate must be above 0, got \(rate)") }
    if size != nil, lineart != nil { throw ValidationError("--size goes with --frames") }
  }

  private var isRun: Bool { lineart == nil && frames == nil }

  func run() throws {
    try reporting {
      guard isRun else { return try estimate() }
      try wholeRun.plan(
        try request.resolve(scoring).configuration, rate: rate, json: json, common: common, self)
    }
  }

  private func estimate() throws {
    let settings = try method.settings(request.files)
    let files = settings.weights.isEmpty ? nil : try WeightFiles(settings.weights)
    let model = try files?.configuration() ?? .official
    let options = try settings.options(model, seed: 0)
    let (count, input) = try clip(model)
    let working = try settings.resolution.resolve(input: input, model)
    let plan = options.plan(frames: count, model)
    let weightBytes = files?.storedByteCount ?? ModelConfiguration.officialWeightCount * 2
    let cost = CostEstimate(model, size: working, plan: plan)
    ComputeBudget.threadCount = common.jobCount
    let speed = rate.map { $0 * 1e9 } ?? ComputeRate.measure()
    let seconds = cost.seconds(steps: options.steps, rate: speed)
    let result = Answer(
      frames: count, width: working.width, height: working.height, segments: plan.segments,
      steps: options.steps, overlap: plan.overlap, total_flops: cost.totalFLOPs(steps: options.steps),
      step_flops: cost.stepFLOPs, decoding_flops: cost.decodingFLOPs,
      seconds_per_step: cost.stepSeconds(rate: speed), seconds: seconds,
      seconds_per_frame: seconds / Double(count), decoding_seconds: cost.decodingSeconds(rate: speed),
      gflops_per_second: speed / 1e9, threads: common.jobCount, efficiency: cost.efficiency,
      weight_bytes: weightBytes, memory_bytes: cost.memoryByteCount(storedWeights: weightBytes),
      activation_bytes: cost.activationByteCount,
      available_bytes: SystemMemory.availableByteCount())
    if json { try answer(json: result) } else { try answer(Self.text(result)) }
  }

  private func clip(_ model: ModelConfiguration) throws -> (Int, FrameSize) {
    if let lineart {
      let source = try FrameSources.open(URL(fileURLWithPath: lineart))
      guard let first = try source.makeReader().next() else {
        throw ValidationError("\(lineart): has no frame")
      }
      return (source.count, first.size)
    }
    let native = try WorkingSize.native.resolve(input: FrameSize(width: 1, height: 1), model)
    guard let size else { return (frames ?? 1, native) }
    guard case .fixed(let given)? = WorkingSize(size) else {
      throw ValidationError("--size '\(size)' is not WIDTHxHEIGHT")
    }
    return (frames ?? 1, given)
  }

  private static func text(_ plan: Answer) -> String {
    let memory =
      "about \(gibibytes(plan.memory_bytes)), of it activations \(gibibytes(plan.activation_bytes)); "
      + "weights on disk \(gibibytes(plan.weight_bytes))"
    let available = plan.available_bytes.map { ", \(gibibytes($0)) available" } ?? ""
    return """
      clip      \(plan.frames) frames, working size \(plan.width)x\(plan.height)
      sampling  \(plan.segments) segments of \(plan.steps) steps, overlap \(plan.overlap)
      memory    \(memory)\(available)
      work      \(rounded(plan.total_flops / 1e12)) TFLOP
      basis     matrix products at \(rounded(plan.gflops_per_second)) GFLOP/s on \(plan.threads) threads; steps reach \
      \(share(plan.efficiency.sampling)) of it, decoding \(share(plan.efficiency.decoding)), as measured
      time      about \(clock(plan.seconds)): \(clock(plan.seconds_per_step)) a step, \
      \(clock(plan.decoding_seconds)) of decoding, \(clock(plan.seconds_per_frame)) a frame
      """
  }

  private static func gibibytes(_ bytes: Int) -> String { "\(rounded(Double(bytes) / Double(1 << 30))) GiB" }

  private static func share(_ value: Double) -> String { "\(Int((value * 100).rounded())) %" }

  private static func rounded(_ value: Double) -> String {
    value >= 100 ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
  }

  static func clock(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(rounded(seconds)) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
