import Cartoon
import EvalCore
import Testing

@testable import Perception

/// RAFT-small inside the program, on cartoons that it was not trained on.
@Suite struct EmbeddedFlowTests {
  /// Mean distance to the exact flow over pairs of both families, in pixels.
  private static func error(of estimator: any FlowEstimator) throws -> Double {
    var sum = 0.0
    var pairs = 0.0
    for family in CartoonFamily.allCases {
      for seed in UInt64(1 << 33)..<(1 << 33) + 3 {
        let options = CartoonOptions(
          family: family, size: FrameSize(width: 256, height: 256), length: 8, motion: 1.5,
          palette: .harmonious)
        let clip = try CartoonClip(seed: seed, options: options)
        let truth = try clip.flow(from: 3, to: 4)
        let found = try estimator.flow(from: try clip.render(3).colour, to: try clip.render(4).colour)
        sum += found.meanDistance(
          to: OpticalFlow(width: truth.width, height: truth.height, dx: truth.dx, dy: truth.dy))
        pairs += 1
      }
    }
    return sum / pairs
  }

  @Test func isNearerToTheExactFlowThanDIS() throws {
    let embedded = try RAFTEstimator(embeddedWithIterations: 12)
    #expect(embedded.label == "RAFT-S/project" && !embedded.isOfficial)
    let (own, classical) = (try Self.error(of: embedded), try Self.error(of: DISEstimator()))
    #expect(own < classical, "RAFT-small \(own) px, DIS \(classical) px")
  }
}
