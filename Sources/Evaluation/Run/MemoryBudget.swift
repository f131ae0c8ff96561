public import EvalCore
internal import Foundation

/// How much memory a run may take, and how many clips may be worked on at a time within it.
public struct MemoryBudget: Sendable, Hashable {
  /// Bytes.
  public let bytes: UInt64
  /// Whether the user named it; a budget that is only the default never refuses work.
  public let isGiven: Bool

  /// A budget of `bytes` that the user named.
  public init(bytes: UInt64) {
    self.bytes = bytes
    isGiven = true
  }

  private init(defaultBytes: UInt64) {
    bytes = defaultBytes
    isGiven = false
  }

  /// Half of the machine's memory, or of what the control group allows where that is less.
  public static var standard: MemoryBudget {
    let physical = ProcessInfo.processInfo.physicalMemory
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"].compactMap {
      FileManager.default.contents(atPath: $0).flatMap {
        UInt64(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
      }
    }
    return MemoryBudget(defaultBytes: ([physical] + limits).reduce(physical, min) / 2)
  }

  /// Reads `2G`, `512M`, `1.5GiB`, `800000000`; units are powers of 1024. Nil when it is none of these.
  public init?(_ text: String) {
    let units: [(suffix: String, factor: Double)] = [
      ("k", 0x1p10), ("m", 0x1p20), ("g", 0x1p30), ("t", 0x1p40), ("", 1),
    ]
    var stem = text.lowercased()
    for ending in ["ib", "b"] where stem.hasSuffix(ending) {
      stem.removeLast(ending.count)
      break
    }
    guard let unit = units.first(where: { stem.hasSuffix($0.suffix) }),
      let number = Double(stem.dropLast(unit.suffix.count)), number > 0, number * unit.factor < 0x1p62
    else { return nil }
    self.init(bytes: UInt64(number * unit.factor))
  }

  /// Frames that one clip in work holds per row and for the original: the decoder's window, the frame in hand
  /// at stored and at evaluation size, and the planes that metrics make of it in double precision.
  static let framesHeld = 40

  /// Estimated bytes for one clip in work, `model` of them for a network that colours it.
  static func bytesPerClip(frame: FrameSize, rows: Int, model: Int = 0) -> UInt64 {
    let base = UInt64(64) << 20 + UInt64(model)
    return base + UInt64(frame.width * frame.height * 3) * UInt64(framesHeld * (rows + 1))
  }

  /// Clips at a time, at most `jobs`.
  ///
  /// Throws `MemoryBudgetError` when a budget that the user gave does not hold a single one.
  func jobs(_ jobs: Int, frame: FrameSize, rows: Int, model: Int = 0) throws(MemoryBudgetError) -> Int {
    let need = Self.bytesPerClip(frame: frame, rows: rows, model: model)
    guard need <= bytes || !isGiven else { throw MemoryBudgetError(budget: bytes, need: need, frame: frame) }
    return max(1, min(jobs, Int(clamping: bytes / need)))
  }
}

/// The memory that was allowed does not hold one clip in work.
public struct MemoryBudgetError: Error, Equatable, CustomStringConvertible {
  /// Bytes allowed.
  public let budget: UInt64
  /// Bytes needed for one clip.
  public let need: UInt64
  /// Size of the frames.
  public let frame: FrameSize

  /// Found, expected, fix.
  public var description: String {
    "--memory \(budget >> 20) MiB: one clip of \(frame) frames needs about \(need >> 20) MiB; "
      + "allow at least that, then run the same command again"
  }
}
