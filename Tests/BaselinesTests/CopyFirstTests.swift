import Baselines
import EvalCore
import Testing

@Suite struct CopyFirstTests {
  private let red = Frame(width: 4, height: 3, red: 200, green: 10, blue: 0)
  private let white = Frame(width: 4, height: 3, red: 255, green: 255, blue: 255)

  @Test func repeatsTheReferenceOncePerLineartFrame() throws {
    let sink = RecordingSink()
    try CopyFirst().colorize(request(lineart: [white, white, white]), to: sink)
    #expect(sink.frames == [0: red, 1: red, 2: red])
    #expect(sink.order == [0, 1, 2])
    #expect(sink.progress == [1, 2, 3])
  }

  @Test func resumesBehindWrittenFrames() throws {
    let sink = RecordingSink()
    sink.framesAlreadyWritten = 2
    try CopyFirst().colorize(request(lineart: [white, white, white]), to: sink)
    #expect(sink.order == [2])
    let done = RecordingSink()
    done.framesAlreadyWritten = 3
    try CopyFirst().colorize(request(lineart: [white, white, white]), to: done)
    #expect(done.order.isEmpty)
  }

  @Test func neverResizes() throws {
    let wide = Frame(width: 5, height: 3, red: 255, green: 255, blue: 255)
    let error = #expect(throws: CopyFirstError.self) {
      try CopyFirst().colorize(request(lineart: [wide]), to: RecordingSink())
    }
    #expect(error?.reason == .sizeMismatch)
    #expect(
      error?.description
        == "shots/7: lineart of clip 'clip-7' is 5x3, the reference is 4x3; "
        + "make both the same size, copy-first never resizes")
  }

  @Test func refusesAnEmptyClip() throws {
    let error = #expect(throws: CopyFirstError.self) {
      try CopyFirst().colorize(request(lineart: []), to: RecordingSink())
    }
    #expect(error == .noLineart(clip: "clip-7", lineart: "shots/7"))
    #expect(error?.reason == .countMismatch)
  }

  @Test func stopsWhenAskedTo() throws {
    let sink = RecordingSink()
    sink.cancelAt = 1
    #expect(throws: CancellationError.self) {
      try CopyFirst().colorize(request(lineart: [white, white, white]), to: sink)
    }
    #expect(sink.order == [0])
  }

  @Test func identity() {
    #expect(CopyFirst().identity.name == "copy-first")
    #expect(CopyFirst().identity.kind == .colorizer)
    #expect(!CopyFirst().spreadsOverThreads)
  }

  private func request(lineart: [Frame]) -> ColorizationRequest {
    ColorizationRequest(
      clipID: "clip-7", reference: red, lineart: FrameArray(name: "shots/7", lineart), seed: 1)
  }
}

private final class RecordingSink: ColorizationSink {
  var frames: [Int: Frame] = [:]
  var order: [Int] = []
  var progress: [Int] = []
  var framesAlreadyWritten = 0
  var cancelAt: Int?

  func write(_ frame: Frame, at index: Int) throws {
    frames[index] = frame
    order.append(index)
  }

  func report(stage: String, completed: Int, total: Int) { progress.append(completed) }

  func checkCancellation() throws {
    if order.count == cancelAt { throw CancellationError() }
  }
}
