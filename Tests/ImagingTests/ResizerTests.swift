import EvalCore
import Imaging
import Testing

@Suite struct ResizerTests {
  @Test(arguments: ResizeFilter.allCases)
  func identityReturnsTheFrame(filter: ResizeFilter) {
    let frame = Frame(width: 5, height: 4, rgb: (0..<60).map { UInt8($0 * 4) })
    let resizer = Resizer(from: frame.size, to: frame.size, filter: filter)
    #expect(resizer(frame) == frame)
  }
}
