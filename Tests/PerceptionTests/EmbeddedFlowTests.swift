import Cartoon
import EvalCore
import Foundation
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
    #expect(embedded.label == "RAFT-S/project" && embedded.isRefined && !embedded.isOfficial)
    let bare = try RAFTEstimator(embeddedWithIterations: 12, refined: false)
    #expect(bare.label == "RAFT-S/project+unrefined" && bare.storedName != embedded.storedName)
    let refined = try Self.error(of: embedded)
    let (network, classical) = (try Self.error(of: bare), try Self.error(of: DISEstimator()))
    #expect(network < classical, "RAFT-small \(network) px, DIS \(classical) px")
    #expect(refined < network, "refined \(refined) px, RAFT-small \(network) px")
  }

  /// What refinement is for: a drawing's textured surface, moved by a fraction of a pixel, lies where it is warped to.
  @Test func refinementFitsTheFlowToThePixels() throws {
    let side = 160
    func picture(_ shift: Double) -> Frame {
      var rgb: [UInt8] = []
      for y in 0..<side {
        for x in 0..<side {
          let (a, b) = (Double(x) - shift, Double(y) + 0.5 * shift)
          for phase in [0.0, 1.1, 2.3] {
            let value = 128 + 60 * sin(a / 9 + phase) * cos(b / 7) + 40 * sin((a + 2 * b) / 23 + phase)
            rgb.append(UInt8(value.rounded()))
          }
        }
      }
      return Frame(width: side, height: side, rgb: rgb)
    }
    let (first, second) = (picture(0), picture(0.7))
    let truth = OpticalFlow(
      width: side, height: side, dx: [Float](repeating: 0.7, count: side * side),
      dy: [Float](repeating: -0.35, count: side * side))
    func distance(refined: Bool) throws -> Double {
      try RAFTEstimator(embeddedWithIterations: 6, refined: refined).flow(from: first, to: second)
        .meanDistance(to: truth)
    }
    let (fitted, network) = (try distance(refined: true), try distance(refined: false))
    #expect(fitted < 0.1 && fitted < network, "refined \(fitted) px, RAFT-small \(network) px")
  }
}
