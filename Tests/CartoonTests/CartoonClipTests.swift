import Cartoon
import EvalCore
import Testing

@Suite("Generated clips")
struct CartoonClipTests {
  private static let seeds: [UInt64] = [1, 7, 1 << 32, (1 << 40) + 3]

  private func clip(_ seed: UInt64, _ family: CartoonFamily, size: Int = 128, length: Int = 20) throws
    -> CartoonClip
  {
    try CartoonClip(
      seed: seed,
      options: CartoonOptions(family: family, size: FrameSize(width: size, height: size), length: length))
  }

  @Test("The same seed gives the same pixels, another seed others", arguments: CartoonFamily.allCases)
  func isDeterministic(family: CartoonFamily) throws {
    for seed in Self.seeds {
      let first = try clip(seed, family).render(9)
      // Frames do not depend on what was rendered before.
      let other = try clip(seed, family)
      _ = try other.render(3)
      let second = try other.render(9)
      #expect(first.colour == second.colour)
      #expect(first.lineart == second.lineart)
      #expect(first.parts == second.parts)
      #expect(first.groups == second.groups)
      #expect(try clip(seed + 1, family).render(9).colour != first.colour)
    }
  }

  @Test("A sample of frames holds different frames in order, the same ones every time")
  func sampledFrames() throws {
    let clip = try clip(9, .similar)
    let sample = clip.sampledFrames(8)
    #expect(sample.count == 8 && Set(sample).count == 8)
    #expect(sample == sample.sorted() && sample == clip.sampledFrames(8))
    #expect(sample.allSatisfy { (0..<20).contains($0) })
    #expect(try self.clip(10, .similar).sampledFrames(8) != sample)
    #expect(clip.sampledFrames(99) == Array(0..<20))
  }

  @Test("Frames have the size that was asked for, square or not")
  func frameSizes() throws {
    let size = FrameSize(width: 96, height: 54)
    let clip = try CartoonClip(seed: 5, options: CartoonOptions(size: size, length: 3))
    let frame = try clip.render(2)
    #expect(frame.colour.size == size)
    #expect(frame.lineart.size == size)
    #expect(frame.parts.count == 96 * 54)
    #expect(frame.groups.count == 96 * 54)
    #expect(!frame.parts.contains(0), "every pixel belongs to a part")
  }

  @Test("Without motion a clip is far quieter, and a longer one stays in the same scene")
  func motionFactor() throws {
    for seed in Self.seeds {
      var options = CartoonOptions(size: FrameSize(width: 128, height: 128), length: 16)
      let normal = try CartoonClip(seed: seed, options: options).statistics()
      options.motion = 2
      let fast = try CartoonClip(seed: seed, options: options).statistics()
      options.motion = 0
      let slow = try CartoonClip(seed: seed, options: options).statistics()
      #expect(slow.meanMotion * slow.movingShare < normal.meanMotion * normal.movingShare, "seed \(seed)")
      #expect(slow.meanMotion * slow.movingShare < fast.meanMotion * fast.movingShare, "seed \(seed)")
    }
  }

  @Test("The families differ: cast, ink and shading")
  func familiesDiffer() throws {
    for seed in Self.seeds {
      let similar = try clip(seed, .similar)
      let general = try clip(seed, .general)
      #expect(similar.id != general.id)
      let a = try similar.render(0)
      let b = try general.render(0)
      #expect(a.parts != b.parts)
      // Flat fills have one colour per group away from edges; shading makes many.
      #expect(Self.coloursPerPixel(of: a) < Self.coloursPerPixel(of: b), "seed \(seed)")
      let ink = similar.palette[0]
      #expect(max(ink.red, ink.green, ink.blue) < 40, "the similar family has dark ink")
      let tinted = general.palette[0]
      #expect(max(tinted.red, tinted.green, tinted.blue) > 40, "the general family's ink is tinted")
    }
  }

  private static func coloursPerPixel(of frame: CartoonFrame) -> Double {
    var seen = Set<Int>()
    for pixel in frame.parts.indices {
      let rgb = frame.colour.rgb
      seen.insert(Int(rgb[3 * pixel]) << 16 | Int(rgb[3 * pixel + 1]) << 8 | Int(rgb[3 * pixel + 2]))
    }
    return Double(seen.count) / Double(frame.parts.count)
  }

  @Test("Flat fills have exactly their group's colour inside")
  func groupColours() throws {
    for seed in Self.seeds {
      let clip = try clip(seed, .similar)
      let frame = try clip.render(4)
      let palette = clip.palette
      let width = frame.colour.width
      var exact = 0
      var inside = 0
      for y in 2..<(frame.colour.height - 2) {
        for x in 2..<(width - 2) {
          let pixel = y * width + x
          let part = frame.parts[pixel]
          let group = frame.groups[pixel]
          guard
            (-2...2).allSatisfy({ dy in
              (-2...2).allSatisfy { dx in
                frame.parts[pixel + dy * width + dx] == part && frame.groups[pixel + dy * width + dx] == group
              }
            })
          else { continue }
          inside += 1
          let colour = palette[Int(group)]
          let rgb = frame.colour.rgb
          if rgb[3 * pixel] == colour.red, rgb[3 * pixel + 1] == colour.green,
            rgb[3 * pixel + 2] == colour.blue
          {
            exact += 1
          }
        }
      }
      #expect(inside > 3000)
      // Shapes thinner than a pixel may tint a neighbourhood without owning a pixel of it.
      #expect(Double(exact) > 0.995 * Double(inside), "seed \(seed): \(exact) of \(inside)")
    }
  }

  @Test(
    "Colours of a clip keep a distance from one another", arguments: [CartoonPalette.harmonious, .random])
  func palettesAreDistinct(palette: CartoonPalette) throws {
    for seed in UInt64(0)..<60 {
      for family in CartoonFamily.allCases {
        let clip = try CartoonClip(
          seed: seed, options: CartoonOptions(family: family, length: 2, palette: palette))
        let colours = clip.palette
        #expect(colours.count >= 12)
        for i in colours.indices {
          for j in 0..<i {
            let (a, b) = (colours[i], colours[j])
            let distance =
              abs(Int(a.red) - Int(b.red)) + abs(Int(a.green) - Int(b.green)) + abs(Int(a.blue) - Int(b.blue))
            #expect(distance >= 8, "seed \(seed): groups \(j) and \(i) are \(distance) levels apart")
          }
        }
      }
    }
  }

  @Test("The palette option changes colours only")
  func paletteOption() throws {
    var options = CartoonOptions(size: FrameSize(width: 64, height: 64), length: 4)
    let harmonious = try CartoonClip(seed: 11, options: options).render(1)
    options.palette = .random
    let random = try CartoonClip(seed: 11, options: options).render(1)
    #expect(harmonious.lineart == random.lineart)
    #expect(harmonious.parts == random.parts)
    #expect(harmonious.colour != random.colour)
  }

  @Test("Lines of the lineart lie on outlines", arguments: CartoonFamily.allCases)
  func lineartIsSubsetOfOutlines(family: CartoonFamily) throws {
    for seed in Self.seeds {
      let clip = try clip(seed, family, size: 256)
      for index in [0, 11] {
        let frame = try clip.render(index)
        let ink = frame.groups.reduce(0) { $0 + ($1 == 0 ? 1 : 0) }
        var lines = 0
        var strays = 0
        for pixel in frame.groups.indices where frame.lineart.rgb[3 * pixel] < 96 {
          lines += 1
          if frame.groups[pixel] != 0 { strays += 1 }
        }
        #expect(lines > 500, "there are lines")
        #expect(lines <= ink)
        #expect(
          Double(strays) <= 0.002 * Double(lines),
          "seed \(seed) frame \(index): \(strays) of \(lines) lines are not on ink")
      }
    }
  }
}

@Suite("Options of generated clips")
struct CartoonOptionsTests {
  @Test("Options that cannot work are refused with the reason")
  func refusals() {
    #expect(throws: CartoonError.length(0)) { try CartoonClip(seed: 1, options: CartoonOptions(length: 0)) }
    #expect(throws: CartoonError.length(10_001)) {
      try CartoonClip(seed: 1, options: CartoonOptions(length: 10_001))
    }
    let wide = FrameSize(width: 100_000, height: 100_000)
    #expect(throws: CartoonError.size(wide)) { try CartoonClip(seed: 1, options: CartoonOptions(size: wide)) }
    let flat = FrameSize(width: 256, height: 0)
    #expect(throws: CartoonError.size(flat)) { try CartoonClip(seed: 1, options: CartoonOptions(size: flat)) }
    #expect(throws: CartoonError.motion(-1)) { try CartoonClip(seed: 1, options: CartoonOptions(motion: -1)) }
    #expect(throws: CartoonError.self) { try CartoonClip(seed: 1, options: CartoonOptions(motion: .nan)) }
    #expect(
      CartoonError.length(0).description
        == "clip length is 0, must be 1 to 10000 frames; choose for example 40")
    #expect(CartoonError.size(wide).description.contains("100000x100000"))
  }

  @Test("Frames outside the clip are refused")
  func frameOutside() throws {
    let clip = try CartoonClip(
      seed: 1, options: CartoonOptions(size: FrameSize(width: 16, height: 16), length: 2))
    #expect(throws: CartoonError.frame(2, length: 2)) { try clip.render(2) }
    #expect(throws: CartoonError.frame(-1, length: 2)) { try clip.flow(from: 0, to: -1) }
    #expect(try clip.render(1).colour.width == 16)
  }

  @Test("Batches draw lengths from their range, the same for the same seed")
  func batchLengths() throws {
    let batch = CartoonBatch.embeddedSimilar
    let lengths = try (0..<batch.count).map { try batch.clip($0).length }
    #expect(lengths.allSatisfy { (15...60).contains($0) })
    #expect(Set(lengths).count > 5)
    #expect(try (0..<batch.count).map { try batch.clip($0).length } == lengths)
    #expect(batch.firstSeed >= CartoonClip.firstTestSeed)
    #expect(CartoonBatch.embeddedGeneral.firstSeed >= CartoonClip.firstTestSeed)
  }
}
