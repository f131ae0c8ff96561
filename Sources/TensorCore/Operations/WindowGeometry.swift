/// Height and width, for kernels, strides and dilations; an integer literal stands for a square.
public struct Size2D: Sendable, Hashable, ExpressibleByIntegerLiteral {
  /// Along the second to last dimension.
  public var height: Int
  /// Along the last dimension.
  public var width: Int

  /// A size.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// A square.
  public init(integerLiteral value: Int) { self.init(height: value, width: value) }
}

/// Frames, height and width; an integer literal stands for a cube.
public struct Size3D: Sendable, Hashable, ExpressibleByIntegerLiteral {
  /// Along the third to last dimension.
  public var frames: Int
  /// Along the second to last dimension.
  public var height: Int
  /// Along the last dimension.
  public var width: Int

  /// A size.
  public init(frames: Int, height: Int, width: Int) {
    self.frames = frames
    self.height = height
    self.width = width
  }

  /// A cube.
  public init(integerLiteral value: Int) { self.init(frames: value, height: value, width: value) }
}

/// Rows and columns added around an image; an integer literal adds the same on every side.
public struct Padding2D: Sendable, Hashable, ExpressibleByIntegerLiteral {
  /// Rows above.
  public var top: Int
  /// Rows below.
  public var bottom: Int
  /// Columns before.
  public var left: Int
  /// Columns after.
  public var right: Int

  /// Different padding on every side.
  public init(top: Int, bottom: Int, left: Int, right: Int) {
    self.top = top
    self.bottom = bottom
    self.left = left
    self.right = right
  }

  /// The same above and below, and the same before and after.
  public init(height: Int, width: Int) {
    self.init(top: height, bottom: height, left: width, right: width)
  }

  /// The same on every side.
  public init(integerLiteral value: Int) { self.init(height: value, width: value) }
}

/// One dimension of a sliding window.
struct WindowAxis: Hashable {
  var input: Int
  var kernel: Int
  var stride = 1
  var before = 0
  var after = 0
  var dilation = 1

  /// Positions at which the whole window fits into the padded input; at most 0 when it fits nowhere.
  var output: Int { (input + before + after - dilation * (kernel - 1) - 1) / stride + 1 }

  func check() {
    precondition(
      kernel > 0 && stride > 0 && dilation > 0 && before >= 0 && after >= 0
        && input + before + after > dilation * (kernel - 1),
      "a window of \(kernel) (dilation \(dilation)) does not fit \(input) with padding \(before) and \(after)"
    )
  }
}

/// A window that slides over frames, rows and columns; images have one frame.
struct WindowGeometry: Hashable {
  var frames: WindowAxis
  var rows: WindowAxis
  var columns: WindowAxis

  var inputArea: Int { frames.input * rows.input * columns.input }
  var outputArea: Int { frames.output * rows.output * columns.output }
  var taps: Int { frames.kernel * rows.kernel * columns.kernel }
  /// Whether every output position reads the input position of the same number and nothing else.
  var isPointwise: Bool {
    taps == 1 && inputArea == outputArea && frames.before == 0 && rows.before == 0
      && columns.before == 0 && frames.stride == 1 && rows.stride == 1 && columns.stride == 1
  }

  func check() {
    frames.check()
    rows.check()
    columns.check()
  }
}
