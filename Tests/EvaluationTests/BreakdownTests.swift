import EvalCore
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct BreakdownTests {
  @Test func setsAreCutByMotionLengthAndFrame() throws {
    var harness = try Harness(clips: 3)
    harness.configuration.metrics = [.psnr, .tc]
    harness.configuration.metricOptions = [.tc: ["flow": "dis"]]
    let results = try harness.run("run")
    let breakdowns = try #require(results.breakdowns)
    #expect(breakdowns.map(\.kind) == [.motion, .length, .frame])
    // The square moves 3 px a frame, some 16 px of 256; what does not move has no part in it.
    #expect(breakdowns[0].groups.reduce(0) { $0 + $1.clips } == 3)
    #expect(breakdowns[1].groups.map(\.clips) == [3, 0, 0])
    let row = try #require(breakdowns[1].rows.first { $0.method == "theirs" && $0.metric == .psnr })
    let cell = try #require(results.cells.first { $0.method.name == "theirs" })
    #expect(row.values == [cell.values[.psnr]?.value, nil, nil])
    let along = try #require(breakdowns[2].rows.first { $0.method == "copy-first" && $0.metric == .psnr })
    // The reference frame is not evaluated; a still picture gets worse while the square walks away.
    #expect(along.values.count == 5 && along.values[0] == nil)
    let values = along.values.compactMap(\.self)
    #expect(values.count == 4 && values[0] > values[3])
  }

  /// The generator's own motion is close to what is measured: one square over a plain ground.
  @Test func motionLeavesStaticPositionsOut() throws {
    var harness = try Harness(clips: 1)
    harness.configuration.metrics = [.tc]
    harness.configuration.metricOptions = [.tc: ["flow": "dis"]]
    harness.configuration.frameProtocol.size = FrameSize(width: 256, height: 171)
    let documents = try harness.runner("run").scoreDocuments(try harness.run("run"))
    let motion = try #require(
      documents.first?.clips.first?.metrics[.tc]?.alternatives[ClipMeasurement.motionName])
    let truth = (9.0 + 1).squareRoot() * 256 / 48
    #expect(motion > 0.4 * truth && motion < 1.4 * truth, "\(motion) against \(truth)")
  }
}
