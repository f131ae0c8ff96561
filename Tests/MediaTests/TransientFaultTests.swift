import Foundation
import Testing

@testable import Media

@Suite struct TransientFaultTests {
  private let fault = MediaError.unreadable(path: "x.png", found: "cannot be read", expected: "a readable file")

  /// The outcome of an operation whose calls fail with `codes`, one after the other, then succeed; and its tries.
  private func outcome(failing codes: [Int32]) -> (value: Int?, tries: Int) {
    var tries = 0
    do {
      let value = try TransientFault.retrying(delays: [0, 0]) { code throws(MediaError) in
        tries += 1
        guard tries > codes.count else {
          code = codes[tries - 1]
          throw fault
        }
        return 7
      }
      return (value, tries)
    } catch {
      return (nil, tries)
    }
  }

  @Test func faultsThatPassAreTriedAgainTwice() {
    #expect(outcome(failing: []) == (7, 1))
    #expect(outcome(failing: [EIO]) == (7, 2))
    #expect(outcome(failing: [EIO, ESTALE]) == (7, 3))
    #expect(outcome(failing: [EIO, EIO, EIO]) == (nil, 3))
  }

  @Test func faultsThatStayEndAtOnce() {
    #expect(outcome(failing: [ENOENT]) == (nil, 1))
    #expect(outcome(failing: [EACCES]) == (nil, 1))
    #expect(outcome(failing: [ENOSPC]) == (nil, 1))
    // A damaged file is no fault of the system.
    #expect(outcome(failing: [0]) == (nil, 1))
  }
}
