import EvalCore
import Foundation
import Hashing
import Testing

@Suite struct HashingTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  ])
  func equalsTheStandardsExamples(text: String, digest: String) {
    #expect(SHA256Digest(of: text.utf8).description == digest)
  }

  @Test func piecesGiveTheSameDigest() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var hasher = SHA256Hasher()
    hasher.update(Array(bytes[..<333]))
    hasher.update(Array(bytes[333...]))
    #expect(hasher.finish() == SHA256Digest(of: bytes))
  }
}

@Suite struct FrameTests {
  @Test func contentHashSeesSizeAndPixels() {
    let wide = Frame(width: 4, height: 2, red: 1, green: 2, blue: 3)
    let tall = Frame(width: 2, height: 4, red: 1, green: 2, blue: 3)
    #expect(wide.contentHash != tall.contentHash)
    #expect(wide.contentHash == Frame(width: 4, height: 2, red: 1, green: 2, blue: 3).contentHash)
    #expect(wide.contentHash != Frame(width: 4, height: 2, red: 1, green: 2, blue: 4).contentHash)
  }

  @Test func clipHashSeesOrder() {
    let a = Frame(width: 2, height: 2, red: 1, green: 1, blue: 1)
    let b = Frame(width: 2, height: 2, red: 2, green: 2, blue: 2)
    var ab = ClipHasher()
    ab.update(a)
    ab.update(b)
    var ba = ClipHasher()
    ba.update(b)
    ba.update(a)
    #expect(ab.finish() != ba.finish())
  }
}

@Suite struct SummaryTests {
  @Test func clipMeanAndFrameMeanDifferWhenLengthsDo() throws {
    let short = ClipMeasurement(frames: [1], value: 1, counters: ["n": 1])
    let long = ClipMeasurement(frames: [4, 4, nil, 4], missing: [2: "none"], value: 4, counters: ["n": 2])
    let summary = MetricSummary(meanOf: [("a", short), ("b", long)])
    #expect(summary.value == 2.5)
    #expect(summary.alternatives["frame-mean"] == 3.25)
    #expect(summary.clips == 2 && summary.frames == 4 && summary.counters == ["n": 3])
  }

  @Test func noValueIsSaidNotInvented() {
    let empty = ClipMeasurement(frames: [nil], missing: [0: "x"], value: nil)
    let summary = MetricSummary(meanOf: [("a", empty)])
    #expect(summary.value == nil && summary.reason != nil && summary.clips == 0)
  }

  @Test func signatureIsSortedByField() {
    let signature = MetricSignature(metric: .psnr, fields: ["b": "2", "a": "1"])
    #expect(signature.description == "PSNR|a:1|b:2")
  }

  @Test func valuesAreKeyedByNameInJSON() throws {
    let data = try JSONEncoder().encode([MetricID.psnr: 1])
    #expect(String(decoding: data, as: UTF8.self) == #"{"psnr":1}"#)
  }
}

@Suite struct OriginalProductTests {
  @Test func productsAreMadeOncePerFrameAndPerClip() {
    let clip = OriginalClip()
    let grey = Frame(width: 1, height: 1, red: 1, green: 1, blue: 1)
    let frames = (0..<2).map { OriginalFrame(index: $0, frame: grey, clip: clip) }
    var made = 0
    for frame in frames + frames {
      let ofFrame = frame.product("index") {
        made += 1
        return frame.index
      }
      let ofClip = frame.clip.product("first") {
        made += 1
        return frame.index
      }
      #expect(ofFrame == frame.index && ofClip == 0)
    }
    #expect(made == 3)
    #expect(frames[0].product("other") { "b" } == "b")
  }

  @Test func productThatThrowsIsTriedAgain() throws {
    let clip = OriginalClip()
    #expect(throws: CancellationError.self) { try clip.product("a") { throw CancellationError() } as Int }
    #expect(clip.product("a") { 3 } == 3)
  }
}

@Suite struct NearestMatchTests {
  @Test func findsWhatWasMeant() {
    #expect(NearestMatch.of("pnsr", among: ["psnr", "ssim", "edmd"]) == "psnr")
    #expect(NearestMatch.of("zzzzzz", among: ["psnr", "ssim"]) == nil)
    #expect(NearestMatch.hint("simlar", among: ["similar"]) == "; did you mean 'similar'?")
  }
}
