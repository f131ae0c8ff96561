import EvalCore
import Foundation
import Testing

@testable import Evaluation

/// The reader of records against Foundation's, on records of every kind of value.
@Suite struct RecordReadingTests {
  private struct Dice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  private func record(_ seed: UInt64) -> ClipRecord {
    var dice = Dice(state: seed &* 77 &+ 5)
    func number() -> Double {
      let choices: [Double] = [
        0, -0.0, 1, -17, 1e-300, 2.5e300, .leastNonzeroMagnitude, 0.1, 1.0 / 3,
        Double.random(in: -1e6...1e6, using: &dice),
      ]
      return choices.randomElement(using: &dice) ?? 0
    }
    func text() -> String {
      let pieces = [
        "plain", "a \"quoted\" \\ word", "Ünïcödé 🎞", "line\nbreak\ttab", "\u{1}\u{7f}", "/slash/", "",
      ]
      return (0..<2).map { _ in pieces.randomElement(using: &dice) ?? "" }.joined()
    }
    let frames: [Double?] = (0..<Int.random(in: 0...40, using: &dice)).map { _ in
      Bool.random(using: &dice) ? number() : nil
    }
    let count = Int.random(in: 0...9, using: &dice)
    let measurement = ClipMeasurement(
      frames: frames, missing: [0: text(), 12: text()], value: Bool.random(using: &dice) ? number() : nil,
      alternatives: [text(): number(), "b": number()],
      counters: ["pairs": Int.random(in: -5...1_000_000, using: &dice)],
      arrays: ["e": NumericArray(shape: [count, 2], values: (0..<2 * count).map { _ in Float(number()) })])
    return ClipRecord(
      suite: text(), clip: "scene/\(text())",
      method: MethodIdentity(name: text(), kind: .external, provenance: text(), settings: ["k": text()]),
      originalHash: text(), generatedHash: text(), clipFrames: 4, generatedFrames: 5, comparedFrames: 4,
      skippedReference: Bool.random(using: &dice) ? 3 : nil,
      measurements: [.init(metric: .tc, signature: text(), measurement: measurement)],
      secondsPerFrame: Bool.random(using: &dice) ? 0.25 : nil, warnings: [text(), text()], recordHash: "")
  }

  @Test(arguments: 0..<60) func recordsReadAsFoundationReadsThem(seed: UInt64) throws {
    let data = try record(seed).sealed()
    let wanted = try JSONDecoder().decode(ClipRecord.self, from: data)
    #expect(try ClipRecord.open(data, file: "x") == wanted)
  }

  @Test func everyCutAndMostEditsAreNoticed() throws {
    let data = try record(3).sealed()
    for length in stride(from: 0, to: data.count, by: 7) {
      #expect(throws: ClipRecordError.self) { try ClipRecord.open(data.prefix(length), file: "x") }
    }
    // A byte that is changed is seen by the hash, if not before; blanks around the whole text are part of the bytes.
    for place in stride(from: 0, to: data.count, by: 5) {
      var edited = data
      edited[place] ^= 0x04
      #expect(throws: ClipRecordError.self) { try ClipRecord.open(edited, file: "x") }
    }
    #expect(throws: ClipRecordError.self) { try ClipRecord.open(data + Data(" ".utf8), file: "x") }
    #expect(throws: ClipRecordError.self) {
      try ClipRecord.open(Data(String(repeating: "[", count: 100_000).utf8), file: "x")
    }
    #expect(throws: ClipRecordError.self) {
      try ClipRecord.open(Data((#"{"other":"# + String(repeating: "[", count: 100_000)).utf8), file: "x")
    }
  }
}
