internal import EvalCore

/// The regions that the lines of one lineart frame enclose: 4-connected components of paper.
struct LineartRegions {
  /// Ink strength above which a pixel separates regions.
  static let inkThreshold: Float = 0.5

  private let width: Int
  private let height: Int
  private let ink: [Float]
  /// Region per pixel, also for ink pixels (the nearest region); -1 in a picture of ink only.
  private let labels: [Int32]
  private let count: Int

  init(_ lineart: Frame) {
    width = lineart.width
    height = lineart.height
    ink = Self.ink(lineart)
    (labels, count) = Self.label(ink, width: lineart.width, height: lineart.height)
  }

  private static func label(_ ink: [Float], width: Int, height: Int) -> (labels: [Int32], count: Int) {
    var labels = [Int32](repeating: -1, count: ink.count)
    var queue: [Int] = []
    queue.reserveCapacity(ink.count)
    var count = 0
    for start in ink.indices where labels[start] < 0 && ink[start] <= inkThreshold {
      let label = Int32(count)
      count += 1
      labels[start] = label
      var head = queue.count
      queue.append(start)
      while head < queue.count {
        forNeighbours(queue[head], width: width, height: height) { neighbour in
          guard labels[neighbour] < 0, ink[neighbour] <= inkThreshold else { return }
          labels[neighbour] = label
          queue.append(neighbour)
        }
        head += 1
      }
    }
    // The queue now holds every paper pixel: going on from there gives each ink pixel its nearest region.
    var head = 0
    while head < queue.count {
      let label = labels[queue[head]]
      forNeighbours(queue[head], width: width, height: height) { neighbour in
        guard labels[neighbour] < 0 else { return }
        labels[neighbour] = label
        queue.append(neighbour)
      }
      head += 1
    }
    return (labels, count)
  }

  /// Ink strength per pixel, 0…1: one minus Rec. 601 luma.
  static func ink(_ lineart: Frame) -> [Float] {
    (0..<(lineart.width * lineart.height)).map { pixel in
      let colour = lineart.colour(pixel)
      return 1 - (0.299 * colour.x + 0.587 * colour.y + 0.114 * colour.z) / 255
    }
  }

  /// Fills each region with the colour `source` shows most often there; pixels that are ink in `sourceRegions` do not vote.
  func filled(from source: Frame, sourceRegions: LineartRegions?, lineColour: SIMD3<Float>) -> Frame {
    let colours = regionColours(source, sourceRegions: sourceRegions)
    var rgb = [UInt8](repeating: 0, count: 3 * ink.count)
    for pixel in ink.indices {
      let region = Int(labels[pixel])
      let paint = region >= 0 ? colours[region] : lineColour
      let mixed = paint + (lineColour - paint) * ink[pixel]
      for channel in 0..<3 { rgb[3 * pixel + channel] = UInt8(max(0, min(255, mixed[channel].rounded()))) }
    }
    return Frame(width: width, height: height, rgb: rgb)
  }

  private func regionColours(_ source: Frame, sourceRegions: LineartRegions?) -> [SIMD3<Float>] {
    var votes: [[UInt16: (count: Int, sum: SIMD3<Float>)]] = Array(repeating: [:], count: count)
    var fallback = [(count: Float, sum: SIMD3<Float>)](repeating: (0, .zero), count: count)
    for pixel in ink.indices where labels[pixel] >= 0 && ink[pixel] <= Self.inkThreshold {
      let region = Int(labels[pixel])
      let colour = source.colour(pixel)
      fallback[region].count += 1
      fallback[region].sum += colour
      // Antialiased line edges are mixtures, so only clean paper of the source votes.
      if let sourceRegions, sourceRegions.ink[pixel] > 0.05 { continue }
      // 5 bits per channel: flat colours fall together, different paints do not.
      let bin = UInt16(colour.x / 8) << 10 | UInt16(colour.y / 8) << 5 | UInt16(colour.z / 8)
      let old = votes[region][bin] ?? (0, .zero)
      votes[region][bin] = (old.count + 1, old.sum + colour)
    }
    return (0..<count).map { region in
      let winner = votes[region].max { a, b in
        // Equal counts are decided by the bin, so that the result does not depend on hashing.
        a.value.count != b.value.count ? a.value.count < b.value.count : a.key < b.key
      }
      if let winner { return winner.value.sum / Float(winner.value.count) }
      return fallback[region].sum / max(1, fallback[region].count)
    }
  }

  private static func forNeighbours(_ pixel: Int, width: Int, height: Int, _ body: (Int) -> Void) {
    let x = pixel % width
    if x > 0 { body(pixel - 1) }
    if x < width - 1 { body(pixel + 1) }
    if pixel >= width { body(pixel - width) }
    if pixel < width * (height - 1) { body(pixel + width) }
  }
}

extension Frame {
  /// Colour of pixel number `pixel`, 0…255 per channel.
  func colour(_ pixel: Int) -> SIMD3<Float> {
    SIMD3(Float(rgb[3 * pixel]), Float(rgb[3 * pixel + 1]), Float(rgb[3 * pixel + 2]))
  }
}
