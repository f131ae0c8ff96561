internal import Cartoon
public import EvalCore

/// A generated film whose cuts are known: cartoon shots joined by one kind of transition, or one shot with a
/// disturbance that is no cut.
public struct TransitionFilm: Sendable {
  /// What happens in the middle of the film.
  public enum Kind: String, CaseIterable, Sendable {
    /// One shot follows another: one cut.
    case hardCut = "hard cut"
    /// Through black, eight frames down and eight up: one cut anywhere inside counts as found.
    case fade
    /// One shot becomes the other over eight frames: one cut anywhere inside counts as found.
    case dissolve
    /// Two white frames inside a shot: no cut.
    case flash
    /// The camera crosses a picture at a tenth of the width per frame: no cut.
    case fastPan = "fast pan"
    /// A shot as it is: no cut.
    case quiet
  }

  /// What happens.
  public let kind: Kind
  /// The frames.
  public let frames: [Frame]
  /// Where a cut may be found; nil when there is none to find.
  public let cut: ClosedRange<Int>?

  private static let shotLength = 16
  private static let fadeLength = 8

  /// Makes the film of `seed`; equal arguments make equal films. Throws what is wrong with the size.
  public init(kind: Kind, seed: UInt64, size: FrameSize) throws {
    self.kind = kind
    let first = try Self.shot(seed: 2 * seed, size: size)
    let middle = Self.shotLength
    switch kind {
    case .quiet:
      (frames, cut) = (first, nil)
    case .hardCut:
      (frames, cut) = (first + (try Self.shot(seed: 2 * seed + 1, size: size)), middle...middle)
    case .flash:
      let white = Frame(width: size.width, height: size.height, red: 250, green: 250, blue: 245)
      (frames, cut) = (first[..<8] + [white, white] + first[10...], nil)
    case .fade:
      let second = try Self.shot(seed: 2 * seed + 1, size: size)
      let length = Self.fadeLength
      let down = first.enumerated().map { index, frame in
        Self.darkened(frame, by: Double(index - (middle - length) + 1) / Double(length))
      }
      let up = second.enumerated().map { index, frame in
        Self.darkened(frame, by: 1 - Double(index) / Double(length))
      }
      (frames, cut) = (down + up, (middle - length)...(middle + length))
    case .dissolve:
      let second = try Self.shot(seed: 2 * seed + 1, size: size)
      let length = Self.fadeLength
      let start = middle - length
      let mixed = (0..<length).map { index in
        Self.mixed(first[start + index], second[index], Double(index + 1) / Double(length + 1))
      }
      (frames, cut) = (first[..<start] + mixed + second[length...], start...middle)
    case .fastPan:
      (frames, cut) = (Self.pan(over: first[0]), nil)
    }
  }

  private static func shot(seed: UInt64, size: FrameSize) throws -> [Frame] {
    let options = CartoonOptions(
      family: seed.isMultiple(of: 3) ? .general : .similar, size: size, length: shotLength, palette: .mixed)
    let clip = try CartoonClip(seed: CartoonClip.firstTestSeed + 10_000 + seed, options: options)
    return try (0..<shotLength).map { try clip.render($0).colour }
  }

  private static func darkened(_ frame: Frame, by amount: Double) -> Frame {
    let share = 1 - min(1, max(0, amount))
    return Frame(width: frame.width, height: frame.height, rgb: frame.rgb.map { UInt8(Double($0) * share) })
  }

  private static func mixed(_ a: Frame, _ b: Frame, _ share: Double) -> Frame {
    let rgb = zip(a.rgb, b.rgb).map { UInt8(Double($0) * (1 - share) + Double($1) * share) }
    return Frame(width: a.width, height: a.height, rgb: rgb)
  }

  /// A window half as wide crosses the picture and its mirror image, so that the world has no seam.
  private static func pan(over picture: Frame) -> [Frame] {
    let width = picture.width
    return (0..<shotLength).map { index in
      let shift = index * max(1, width / 20)
      var rgb: [UInt8] = []
      rgb.reserveCapacity(picture.rgb.count / 2)
      for y in 0..<picture.height {
        for x in 0..<(width / 2) {
          let place = (x + shift) % (2 * width)
          let source = 3 * (y * width + (place < width ? place : 2 * width - 1 - place))
          rgb.append(contentsOf: picture.rgb[source..<(source + 3)])
        }
      }
      return Frame(width: width / 2, height: picture.height, rgb: rgb)
    }
  }
}
