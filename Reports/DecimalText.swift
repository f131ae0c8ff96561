/// Numbers as text, the same on every machine and in every locale.
package enum DecimalText {
  /// `value` in fixed point with `digits` decimals, rounding half to even on the exact binary value.
  ///
  /// A Double is an integer times a power of two, so its decimal expansion is finite: 0.00005 is a little
  /// more than
  /// five in the fifth place and rounds up, 0.03125 is exactly halfway at four decimals and rounds to 0.0312.
  package static func fixed(_ value: Double, digits: Int) -> String {
    precondition(
      value.isFinite && digits >= 0, "needs a finite value and digits >= 0, got \(value), \(digits)")
    // |value| = significand * 2^exponent, both integers.
    let exponent: Int
    var scaled: WideUnsigned
    if value == 0 {
      exponent = 0
      scaled = WideUnsigned(0)
    } else {
      let isSubnormal = value.exponentBitPattern == 0
      let bits = isSubnormal ? value.significandBitPattern : value.significandBitPattern | 1 << 52
      exponent = (isSubnormal ? 1 : Int(value.exponentBitPattern)) - 1075
      scaled = WideUnsigned(bits)
    }
    for _ in 0..<digits { scaled.multiply(by: 10) }
    if exponent >= 0 {
      scaled.shiftLeft(by: exponent)
    } else {
      scaled.shiftRightRoundingHalfToEven(by: -exponent)
    }
    var text = scaled.decimal
    if text.count <= digits { text = String(repeating: "0", count: digits + 1 - text.count) + text }
    if digits > 0 { text.insert(".", at: text.index(text.endIndex, offsetBy: -digits)) }
    // A negative value that rounds to zero is printed as zero.
    let isNegative = value < 0 && !scaled.isZero
    return isNegative ? "-" + text : text
  }

  /// The shortest text that reads back as exactly `value`.
  package static func shortest(_ value: Double) -> String { value.description }
}

/// A natural number of any size, least significant word first: only what exact rounding needs.
struct WideUnsigned {
  private var words: [UInt32]

  init(_ value: UInt64) {
    words = [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)]
  }

  var isZero: Bool { words.allSatisfy { $0 == 0 } }

  mutating func multiply(by factor: UInt32) {
    var carry: UInt64 = 0
    for index in words.indices {
      let product = UInt64(words[index]) * UInt64(factor) + carry
      words[index] = UInt32(truncatingIfNeeded: product)
      carry = product >> 32
    }
    if carry > 0 { words.append(UInt32(carry)) }
  }

  mutating func shiftLeft(by count: Int) {
    if count % 32 > 0 { multiply(by: 1 << UInt32(count % 32)) }
    words.insert(contentsOf: repeatElement(0, count: count / 32), at: 0)
  }

  mutating func shiftRightRoundingHalfToEven(by count: Int) {
    let half = bit(count - 1)
    let isBeyondHalf = (0..<(count - 1)).contains { bit($0) }
    let whole = count / 32
    let part = UInt64(count % 32)
    var shifted: [UInt32] = []
    for index in whole..<max(whole + 1, words.count) {
      let low = UInt64(word(index))
      let high = UInt64(word(index + 1)) << 32
      shifted.append(UInt32(truncatingIfNeeded: (high | low) >> part))
    }
    words = shifted
    if half && (isBeyondHalf || bit(0)) { increment() }
  }

  /// Decimal digits without leading zeros; `0` for zero.
  var decimal: String {
    var rest = words
    var groups: [String] = []
    while let top = rest.last {
      if top == 0 {
        rest.removeLast()
        continue
      }
      var remainder: UInt64 = 0
      for index in rest.indices.reversed() {
        let dividend = remainder << 32 | UInt64(rest[index])
        rest[index] = UInt32(dividend / 1_000_000_000)
        remainder = dividend % 1_000_000_000
      }
      let digits = String(remainder)
      groups.append(String(repeating: "0", count: 9 - digits.count) + digits)
    }
    let text = groups.reversed().joined().drop { $0 == "0" }
    return text.isEmpty ? "0" : String(text)
  }

  private func word(_ index: Int) -> UInt32 { words.indices.contains(index) ? words[index] : 0 }

  private func bit(_ index: Int) -> Bool { word(index / 32) >> UInt32(index % 32) & 1 == 1 }

  private mutating func increment() {
    for index in words.indices {
      words[index] &+= 1
      if words[index] != 0 { return }
    }
    words.append(1)
  }
}
