internal import ArgumentParser
internal import Foundation
internal import Perception

/// The methods that commands offer for finding motion.
enum FlowChoice: String, ExpressibleByArgument, CaseIterable {
  case raft, dis

  /// The method; RAFT with the weights of `path`, or with those inside the program, whose flow is refined unless
  /// `refined` says otherwise.
  ///
  /// - Throws: `CheckpointError`.
  func estimator(weights path: String?, iterations: Int?, refined: Bool? = nil) throws -> any FlowEstimator {
    switch self {
    case .dis: return DISEstimator()
    case .raft:
      let iterations = iterations ?? RAFTEstimator.defaultIterations
      guard let path else {
        return try RAFTEstimator(embeddedWithIterations: iterations, refined: refined ?? true)
      }
      return try RAFTEstimator(
        weights: URL(fileURLWithPath: path), iterations: iterations, refined: refined)
    }
  }
}
