import Foundation
import TensorCore
import TestSupport
import Testing

@testable import Checkpoints

/// Damaged copies of every golden file: each ends in a typed error or in tensors, never in a crash.
@Suite struct FuzzTests {
  static let files = [
    "state.safetensors", "state.pth", "state_stream.pth", "lightning.ckpt", "parameters.pth", "stored.npz",
    "deflated.npz", "arrays_protocol3.ckpt", "arrays_protocol4.ckpt", "arrays_protocol5.ckpt", "weight.npy",
  ]

  @Test(arguments: files)
  func everyTruncationIsAnError(name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: Goldens.checkpoints.appendingPathComponent(name)))
    for length in 0..<bytes.count {
      #expect(fault(Array(bytes[..<length])) != nil, "\(name) cut to \(length) bytes")
    }
  }

  @Test(arguments: files)
  func aFlippedBitInEveryByteIsSurvived(name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: Goldens.checkpoints.appendingPathComponent(name)))
    for position in bytes.indices {
      var damaged = bytes
      damaged[position] ^= 1 << (position * 5 % 8)
      _ = fault(damaged)
    }
  }

  @Test(arguments: files)
  func splicesAndOverwritesAreSurvived(name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: Goldens.checkpoints.appendingPathComponent(name)))
    var random = MersenneTwister(seed: 17)
    for _ in 0..<2000 {
      var damaged = bytes
      for _ in 0...Int.random(in: 0..<6, using: &random) {
        let start = Int.random(in: 0..<damaged.count, using: &random)
        let length = min(Int.random(in: 1...8, using: &random), damaged.count - start)
        let extreme =
          [0, 0xFF, 0x7F, 0x80, 1, UInt8.random(in: 0...255, using: &random)]
          .randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
          damaged.replaceSubrange(start..<start + length, with: [UInt8](repeating: extreme, count: length))
        case 1: damaged.removeSubrange(start..<start + length)
        default: damaged.insert(contentsOf: damaged[start..<start + length], at: start)
        }
        if damaged.isEmpty { break }
      }
      _ = fault(damaged)
    }
  }

  @Test func damagedHDF5FilesAreSurvived() throws {
    let bytes = [UInt8](try Data(contentsOf: Goldens.checkpoints.appendingPathComponent("weights.h5")))
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("bad.h5")
    var random = MersenneTwister(seed: 23)
    func read(_ damaged: [UInt8]) throws -> CheckpointError? {
      try Data(damaged).write(to: url)
      do throws(CheckpointError) {
        let file = try CheckpointFile.open(url)
        for name in file.names { _ = try file.tensor(name) }
        return nil
      } catch {
        return error
      }
    }
    #expect(try read(bytes) == nil)
    for _ in 0..<30 {
      let length = Int.random(in: 0..<bytes.count, using: &random)
      #expect(try read(Array(bytes[..<length])) != nil, "cut to \(length) bytes")
    }
    for _ in 0..<100 {
      var damaged = bytes
      for _ in 0...Int.random(in: 0..<8, using: &random) {
        damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try read(damaged)
    }
  }
}
