internal import Foundation

/// A linear axis: values to coordinates, and round numbers to mark.
struct PlotScale {
  /// Values at the ends.
  let domain: ClosedRange<Double>
  /// Coordinates of the ends; the first may be the larger one.
  let range: (start: Double, end: Double)
  /// Round numbers inside the domain, ascending.
  let ticks: [Double]
  private let decimals: Int

  /// An axis that holds all `values` (those beyond all reason left out) with a little room at both ends.
  init(of values: [Double], from start: Double, to end: Double, ticks count: Int = 4) {
    let finite = values.filter { abs($0) <= 1e300 }
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    // One value has no extent of its own, nor have values whose distance is lost in their size.
    let extent = max(abs(low), abs(high), 1e-9)
    if high - low < extent * 1e-6 {
      low -= extent * 0.05
      high += extent * 0.05
    }
    let room = (high - low) * 0.04
    domain = (low - room)...(high + room)
    range = (start, end)
    let step = Self.step((domain.upperBound - domain.lowerBound) / Double(max(1, count)))
    let first = (domain.lowerBound / step).rounded(.up)
    let last = (domain.upperBound / step).rounded(.down)
    ticks =
      last >= first && last - first < 100 ? (0...Int(last - first)).map { (first + Double($0)) * step } : []
    decimals = max(0, min(12, Int((-log10(step)).rounded(.up))))
  }

  /// The coordinate of `value`.
  func callAsFunction(_ value: Double) -> Double {
    let share = (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
    return range.start + share * (range.end - range.start)
  }

  /// A tick's number, with as many decimals as the ticks need.
  func text(_ tick: Double) -> String { DecimalText.fixed(tick, digits: decimals) }

  /// The next number of the form 1, 2 or 5 times a power of ten.
  private static func step(_ least: Double) -> Double {
    let power = pow(10, floor(log10(least)))
    let share = least / power
    return power * (share > 5 ? 10 : share > 2 ? 5 : share > 1 ? 2 : 1)
  }
}

/// Five numbers of a sample.
struct ClipSpread {
  let least, lowerQuartile, median, upperQuartile, most: Double

  /// Nil for an empty sample. Quartiles are linear between neighbours.
  init?(_ values: [Double]) {
    let sorted = values.filter(\.isFinite).sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    func quantile(_ share: Double) -> Double {
      let place = share * Double(sorted.count - 1)
      let below = Int(place)
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
    least = first
    lowerQuartile = quantile(0.25)
    median = quantile(0.5)
    upperQuartile = quantile(0.75)
    most = last
  }
}
