import Foundation
import Testing

import Reports

@Suite struct DecimalTextTests {
  /// Exact halves go to even; what only looks like a half goes where its binary value lies.
  @Test(arguments: [
    (0.03125, 4, "0.0312"), (0.09375, 4, "0.0938"), (0.5, 0, "0"), (1.5, 0, "2"), (2.5, 0, "2"),
    (-2.5, 0, "-2"), (0.00005, 4, "0.0001"), (0.00015, 4, "0.0001"), (1.00005, 4, "1.0001"),
    (2.675, 2, "2.67"), (-0.00004, 4, "0.0000"), (-0.0, 4, "0.0000"), (0.99995, 4, "1.0000"),
    (9.99995, 4, "10.0000"), (100, 4, "100.0000"), (8.8423, 4, "8.8423"),
    (.leastNonzeroMagnitude, 4, "0.0000"),
    (1e22, 1, "10000000000000000000000.0"), (9007199254740992, 0, "9007199254740992"),
    (1024.25, 1, "1024.2"), (1024.75, 1, "1024.8"),
  ])
  func roundsTheExactValueHalfToEven(value: Double, digits: Int, text: String) {
    #expect(DecimalText.fixed(value, digits: digits) == text)
  }

  @Test func largestAndSmallest() {
    #expect(DecimalText.fixed(.greatestFiniteMagnitude, digits: 0).count == 309)
    #expect(
      DecimalText.fixed(.greatestFiniteMagnitude, digits: 0).hasPrefix("179769313486231570814527423731704"))
    #expect(DecimalText.fixed(.leastNonzeroMagnitude, digits: 12) == "0.000000000000")
  }

  /// The C library rounds exactly too, so any bit pattern must agree with it.
  @Test func agreesWithTheCLibrary() {
    var state: UInt64 = 20_260_711
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
    for round in 0..<20_000 {
      let value: Double
      switch round % 4 {
      case 0: value = Double(bitPattern: next())
      case 1: value = Double(next() % 100_000_000) / 65_536
      case 2: value = Double(next() % 10_000_000) / 100_000
      default: value = -Double(next() % 1_000_000_007) / 33_554_432
      }
      guard value.isFinite else { continue }
      let digits = Int(next() % 13)
      var expected = String(format: "%.\(digits)f", value)
      if expected.hasPrefix("-"), !expected.contains(where: { "123456789".contains($0) }) {
        expected.removeFirst()
      }
      let found = DecimalText.fixed(value, digits: digits)
      #expect(found == expected, "seed 20260711, round \(round): \(value) at \(digits) digits")
      if found != expected { return }
    }
  }

  @Test func shortestTextReadsBack() {
    for value in [0.1, 1.0 / 3, 8.8423, 1e-7, 123456789.125] {
      #expect(Double(DecimalText.shortest(value)) == value)
    }
    #expect(DecimalText.shortest(8.8423) == "8.8423")
  }
}
