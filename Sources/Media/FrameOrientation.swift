internal import CFFmpeg
internal import EvalCore

/// A turn or flip that the container asks for: the linear part of its display matrix, rows `(a b) (c d)`
/// with `x' = a x + c y`, `y' = b x + d y`.
struct FrameOrientation: Equatable {
  let a: Int32
  let b: Int32
  let c: Int32
  let d: Int32

  init(a: Int32, b: Int32, c: Int32, d: Int32) {
    self.a = a
    self.b = b
    self.c = c
    self.d = d
  }

  /// The stream's orientation; nil when it is upright or says nothing.
  init?(stream: UnsafeMutablePointer<AVStream>?) {
    guard let stream, let data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, nil) else {
      return nil
    }
    let raw = UnsafeRawPointer(data)
    // Nine 32-bit numbers; 1 is 1 << 16.
    func entry(_ index: Int) -> Int32 { raw.loadUnaligned(fromByteOffset: index * 4, as: Int32.self) }
    self.init(a: entry(0), b: entry(1), c: entry(3), d: entry(4))
    let isUpright = a > 0 && d > 0 && b == 0 && c == 0
    if isUpright { return nil }
  }

  /// The turned frame; nil when the matrix is not a quarter turn or a flip.
  func apply(to frame: Frame) -> Frame? {
    let swapsAxes = a == 0 && d == 0 && b != 0 && c != 0
    let keepsAxes = b == 0 && c == 0 && a != 0 && d != 0
    guard swapsAxes || keepsAxes else { return nil }
    let width = swapsAxes ? frame.height : frame.width
    let height = swapsAxes ? frame.width : frame.height
    // Along the source's x the target moves by a or b, along its y by d or c; a negative number reverses.
    let reversesX = (swapsAxes ? b : a) < 0
    let reversesY = (swapsAxes ? c : d) < 0
    var rgb = [UInt8](repeating: 0, count: frame.rgb.count)
    for y in 0..<frame.height {
      for x in 0..<frame.width {
        let along = reversesX ? frame.width - 1 - x : x
        let down = reversesY ? frame.height - 1 - y : y
        let target = swapsAxes ? along * width + down : down * width + along
        let source = y * frame.width + x
        for channel in 0..<3 { rgb[3 * target + channel] = frame.rgb[3 * source + channel] }
      }
    }
    return Frame(width: width, height: height, rgb: rgb)
  }
}
