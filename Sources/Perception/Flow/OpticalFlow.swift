public import EvalCore

/// Dense motion between two frames: what lies at `(x, y)` in the first lies at `(x + dx, y + dy)` in the second.
public struct OpticalFlow: Sendable, Hashable {
  /// Width in pixels.
  public let width: Int
  /// Height in pixels.
  public let height: Int
  /// Displacement to the right in pixels, row-major `[H * W]`.
  public let dx: [Float]
  /// Displacement down in pixels, row-major `[H * W]`.
  public let dy: [Float]

  /// A field of `width * height` vectors.
  public init(width: Int, height: Int, dx: [Float], dy: [Float]) {
    precondition(
      dx.count == width * height && dy.count == dx.count,
      "a \(width)x\(height) flow needs \(width * height) vectors, got \(dx.count) and \(dy.count)")
    self.width = width
    self.height = height
    self.dx = dx
    self.dy = dy
  }

  /// Width and height.
  public var size: FrameSize { FrameSize(width: width, height: height) }

  /// Shorter vectors are no motion, in pixels.
  public static let leastMotion = 0.5

  /// Mean length over the positions that move by at least `leastMotion`, in pixels of a frame 256 wide; nil where
  /// none does. Source: LVCD, section 6: static positions are left out.
  public var meanMotion: Double? {
    var sum = 0.0
    var moving = 0
    for index in dx.indices {
      let length = Double(dx[index] * dx[index] + dy[index] * dy[index]).squareRoot()
      guard length >= Self.leastMotion else { continue }
      sum += length
      moving += 1
    }
    return moving == 0 ? nil : sum / Double(moving) * 256 / Double(width)
  }
}

/// A method that finds the motion between two frames. Calls may come from several threads at once.
public protocol FlowEstimator: Sendable {
  /// Short name in column headers, for example `DIS`.
  var label: String { get }
  /// Name with every setting that can change the result; part of metric signatures.
  var name: String { get }
  /// What decides the flow of given frames, with whole digests, where computing it takes longer than reading it back;
  /// nil for a quick method, whose flow is not worth its place on the disk.
  var storedName: String? { get }
  /// Flow from `first` to `second`; both must be of one size.
  ///
  /// - Throws: `FlowError` for sizes the method does not take.
  func flow(from first: Frame, to second: Frame) throws -> OpticalFlow
}

extension FlowEstimator {
  /// None.
  public var storedName: String? { nil }
}

/// What can go wrong between two frames and their flow.
public enum FlowError: ReasonedError, CustomStringConvertible, Equatable {
  /// The two frames differ in size.
  case sizesDiffer(first: FrameSize, second: FrameSize)
  /// A side is smaller than the method can work with.
  case tooSmall(method: String, size: FrameSize, smallestSide: Int)
  /// The frame has more pixels than the method has memory for.
  case tooLarge(method: String, size: FrameSize, pixelLimit: Int)
  /// The result has values that are not numbers: the weights do not fit the network's arithmetic.
  case notFinite(method: String)

  /// The reason code for records and failures.
  public var reason: FailureReason {
    switch self {
    case .sizesDiffer, .tooSmall: .sizeMismatch
    case .tooLarge: .tooLarge
    case .notFinite: .modelError
    }
  }

  /// One line: what was found, what was expected, and the fix.
  public var description: String {
    switch self {
    case .sizesDiffer(let first, let second):
      "flow: the frames are \(first) and \(second); give two frames of the same size"
    case .tooSmall(let method, let size, let smallest):
      "flow: \(method) needs sides of at least \(smallest) pixels, the frames are \(size); enlarge them first"
    case .tooLarge(let method, let size, let limit):
      "flow: \(method) takes frames of up to \(limit) pixels, these are \(size); make them smaller"
    case .notFinite(let method):
      "flow: \(method) gave values that are not numbers; check that its weights are those of a trained network"
    }
  }
}
