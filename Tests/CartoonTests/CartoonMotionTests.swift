import Cartoon
import EvalCore
import Testing

@Suite("Motion of generated clips")
struct CartoonMotionTests {
  /// Paper, section 6.1: in 55 % of the clips the average motion exceeds 5 pixels, in 28 % 10 pixels, at 256x256.
  @Test("Motion shares are those of the paper's test sets", arguments: CartoonFamily.allCases)
  func motionShares(family: CartoonFamily) throws {
    let count = 200
    var means: [Double] = []
    for seed in 0..<UInt64(count) {
      let clip = try CartoonClip(seed: 1_000 + seed, options: CartoonOptions(family: family, length: 40))
      means.append(try clip.statistics(step: 8, everyPair: 4).meanMotion)
    }
    let above5 = Double(means.count { $0 > 5 }) / Double(count)
    let above10 = Double(means.count { $0 > 10 }) / Double(count)
    #expect(abs(above5 - 0.55) <= 0.1, "\(family): \(above5)")
    #expect(abs(above10 - 0.28) <= 0.08, "\(family): \(above10)")
  }

  @Test("Flow to the same frame is zero and everything is visible")
  func identityFlow() throws {
    let clip = try CartoonClip(
      seed: 3, options: CartoonOptions(size: FrameSize(width: 64, height: 64), length: 5))
    let flow = try clip.flow(from: 2, to: 2)
    #expect(flow.dx.allSatisfy { abs($0) < 1e-4 })
    #expect(flow.dy.allSatisfy { abs($0) < 1e-4 })
    #expect(flow.visible.allSatisfy { $0 })
  }

  @Test("A frame warped along the flow is the other frame", arguments: CartoonFamily.allCases, [1, 7])
  func flowIsExact(family: CartoonFamily, distance: Int) throws {
    var compared = 0
    var wrong = 0
    var visible = 0
    for seed in UInt64(20)..<32 {
      let clip = try CartoonClip(seed: seed, options: CartoonOptions(family: family, length: 16))
      let source = try clip.render(4)
      let target = try clip.render(4 + distance)
      let flow = try clip.flow(from: 4, to: 4 + distance)
      let width = flow.width
      for y in 1..<(flow.height - 1) {
        for x in 1..<(width - 1) {
          let pixel = y * width + x
          guard flow.visible[pixel] else { continue }
          visible += 1
          let landing =
            Int(Float(y) + 0.5 + flow.dy[pixel]) * width + Int(Float(x) + 0.5 + flow.dx[pixel])
          #expect(target.parts[landing] == source.parts[pixel])
          // Pixels at edges are mixtures; inside, nothing but shading rounded to pixels may differ.
          guard isInside(source, pixel, width), isInside(target, landing, width) else { continue }
          compared += 1
          let difference = (0..<3).map { channel in
            abs(Int(source.colour.rgb[3 * pixel + channel]) - Int(target.colour.rgb[3 * landing + channel]))
          }
          if (difference.max() ?? 0) > (family == .similar ? 1 : 12) { wrong += 1 }
        }
      }
    }
    #expect(compared > 100_000)
    #expect(visible > compared)
    let share = Double(wrong) / Double(compared)
    #expect(
      share < (family == .similar ? 0.002 : 0.02), "\(family) over \(distance): \(share) of \(compared)")
  }

  private func isInside(_ frame: CartoonFrame, _ pixel: Int, _ width: Int) -> Bool {
    let part = frame.parts[pixel]
    let group = frame.groups[pixel]
    for neighbour in [pixel - 1, pixel + 1, pixel - width, pixel + width] {
      guard frame.parts.indices.contains(neighbour), frame.parts[neighbour] == part,
        frame.groups[neighbour] == group
      else { return false }
    }
    return true
  }

  @Test("Hidden and leaving pixels are not visible")
  func occlusion() throws {
    var hidden = 0
    var outside = 0
    for seed in UInt64(20)..<26 {
      let clip = try CartoonClip(
        seed: seed, options: CartoonOptions(size: FrameSize(width: 128, height: 128), length: 16))
      let flow = try clip.flow(from: 0, to: 15)
      for y in 0..<128 {
        for x in 0..<128 where !flow.visible[y * 128 + x] {
          let endX = Float(x) + 0.5 + flow.dx[y * 128 + x]
          let endY = Float(y) + 0.5 + flow.dy[y * 128 + x]
          if endX < 0 || endY < 0 || endX >= 128 || endY >= 128 { outside += 1 } else { hidden += 1 }
        }
      }
    }
    #expect(hidden > 500)
    #expect(outside > 500)
  }
}
