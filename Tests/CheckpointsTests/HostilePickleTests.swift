import TensorCore
import Testing

@testable import Checkpoints

@Suite struct HostilePickleTests {
  /// A pickle of protocol 2 with the given instructions.
  private func pickle(_ parts: [UInt8]...) -> [UInt8] {
    [0x80, 2] + parts.flatMap { $0 } + [UInt8](repeating: 0x2E, count: 8)
  }

  private func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  private func text(_ value: String) -> [UInt8] {
    [0x58] + .little(UInt32(value.utf8.count)) + Array(value.utf8)
  }

  @Test(arguments: [
    ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("builtins", "exec"),
    ("__builtin__", "eval"),
    ("subprocess", "Popen"), ("torch", "load"), ("torch.hub", "load"), ("numpy", "load"),
    ("collections", "deque"),
    ("torch._utils", "_rebuild_tensor_v2.__globals__"), ("", ""),
  ])
  func unknownGlobalsAreRefusedByName(module: String, name: String) throws {
    let bytes = pickle(global(module, name), text("echo"), [0x85, 0x52])
    #expect(fault(bytes) == .forbiddenGlobal(file: "bad.file", name: "\(module).\(name)"))
    let stacked: [UInt8] = [0x80, 4, 0x8C, UInt8(module.utf8.count)] + Array(module.utf8)
    let second: [UInt8] = [0x8C, UInt8(name.utf8.count)] + Array(name.utf8) + [0x93, 0x2E, 0x2E, 0x2E, 0x2E]
    #expect(fault(stacked + second) == .forbiddenGlobal(file: "bad.file", name: "\(module).\(name)"))
  }

  @Test func theMessageSaysThatNothingRan() throws {
    let error = try #require(fault(pickle(global("os", "system"))))
    #expect(
      "\(error)"
        == "bad.file: the pickle names 'os.system', which is no part of a tensor, and nothing in it is run; "
        + "save only the state_dict, or convert the file to safetensors where it is trusted")
  }

  @Test(
    arguments: [
      (0x81, "NEWOBJ"), (0x92, "NEWOBJ_EX"), (0x69, "INST"), (0x6F, "OBJ"), (0x82, "EXT1"), (0x83, "EXT2"),
      (0x84, "EXT4"), (0x50, "PERSID"), (0x97, "NEXT_BUFFER"), (0x49, "INT"), (0x8B, "LONG4"),
      (0x8F, "EMPTY_SET"),
      (0xFF, "0xff"),
    ] as [(UInt8, String)])
  func otherInstructionsAreRefusedByName(opcode: UInt8, name: String) {
    #expect(fault(pickle([0x29, opcode])) == .forbiddenOpcode(file: "bad.file", name: name, offset: 3))
  }

  @Test func knownGlobalsCannotBeCalledWithAnythingElse() throws {
    let calls: [[UInt8]] = [
      global("torch._utils", "_rebuild_tensor_v2") + [0x29, 0x52],
      global("numpy", "ndarray") + [0x29, 0x52],
      global("torch", "FloatStorage") + [0x29, 0x52],
      global("collections", "OrderedDict") + [0x4E, 0x85, 0x52],
      global("numpy.core.multiarray", "_reconstruct") + text("x") + [0x85, 0x52],
      text("x") + [0x29, 0x52],
      global("collections", "OrderedDict") + [0x4E, 0x52],
      global("collections", "OrderedDict") + [0x29, 0x52, 0x4E, 0x62],
      [0x4B, 1, 0x51],
      [0x29, 0x4E, 0x62],
    ]
    for call in calls {
      let error = try #require(fault(pickle(call)))
      guard case .malformed = error else {
        Issue.record("\(call): \(error)")
        continue
      }
    }
  }

  @Test func theStackCannotBeMisused() throws {
    let attempts: [[UInt8]] = [
      [0x30], [0x32], [0x85], [0x74], [0x75], [0x61], [0x52], [0x62], [0x93], [0x68, 7], [0x28, 0x30],
      [0x71, 0],
      [0x7D, 0x28, 0x4E, 0x75], [0x29, 0x28, 0x71, 0], [0x4B, 1, 0x28, 0x86],
    ]
    for attempt in attempts {
      let error = try #require(fault(pickle(attempt)))
      guard case .malformed = error else {
        Issue.record("\(attempt): \(error)")
        continue
      }
    }
  }

  @Test func sharedListsDoNotExplode() {
    // Each list holds the one before ten times: 10^60 leaves if walked.
    var bytes: [UInt8] = [0x5D, 0x71, 0]
    for level in UInt8(1)...60 {
      bytes += [0x5D, 0x28]
      for _ in 0..<10 { bytes += [0x68, level - 1] }
      bytes += [0x65, 0x71, level]
    }
    guard case .tooLarge(_, "the number of values", _, _)? = fault(pickle(bytes)) else {
      Issue.record("not refused")
      return
    }
  }

  @Test func deepNestingDoesNotExhaustTheStack() {
    let bytes = [UInt8](repeating: 0x5D, count: 1_000_000) + [UInt8](repeating: 0x61, count: 999_999)
    guard case .tooLarge(_, "the nesting depth", _, _)? = fault(pickle(bytes)) else {
      Issue.record("not refused")
      return
    }
    let tuples = [0x29] + [UInt8](repeating: 0x85, count: 1_000_000)
    guard case .tooLarge(_, "the nesting depth", _, _)? = fault(pickle(tuples)) else {
      Issue.record("not refused")
      return
    }
  }

  @Test func listsThatHoldThemselvesAreRefused() {
    guard case .tooLarge(_, "the nesting depth", _, _)? = fault(pickle([0x5D, 0x71, 0, 0x68, 0, 0x61])) else {
      Issue.record("not refused")
      return
    }
  }

  @Test func endlessProgramsEnd() {
    let bytes = [UInt8](repeating: 0x4E, count: PickleMachine.instructionLimit + 1)
    guard case .tooLarge(_, "the pickle's instruction count", _, _)? = fault(pickle(bytes)) else {
      Issue.record("not refused")
      return
    }
  }

  @Test func announcedLengthsAreCheckedAgainstTheFile() throws {
    for opcode in [0x58, 0x42, 0x8D, 0x8E, 0x95, 0x96] as [UInt8] {
      let length: [UInt8] = opcode == 0x58 || opcode == 0x42 ? .little(UInt32.max) : .little(UInt64.max)
      let error = try #require(fault([0x80, 4, opcode] + length))
      guard case .truncated = error else {
        Issue.record("\(opcode): \(error)")
        continue
      }
    }
  }

  @Test func arraysCannotClaimMoreThanTheirBytes() throws {
    for shape in [5, 1 << 30] as [Int32] {
      let array: [UInt8] =
        global("numpy.core.multiarray", "_reconstruct") + global("numpy", "ndarray")
        + [0x4B, 0, 0x85, 0x43, 1, 0x62, 0x87, 0x52, 0x28, 0x4B, 1, 0x4A] + .little(shape) + [0x85]
        + global("numpy", "dtype") + text("f4") + [0x89, 0x88, 0x87, 0x52] + [
          0x89, 0x43, 4, 0, 0, 0, 0, 0x74, 0x62,
        ]
      let error = try #require(fault(pickle(array)))
      #expect("\(error)".contains("array 'array' has 4 bytes, expected \(4 * Int(shape))"), "\(error)")
    }
  }

  @Test func orderedDictionariesOfPython2AreRead() throws {
    let array: [UInt8] =
      global("numpy.core.multiarray", "_reconstruct") + global("numpy", "ndarray")
      + [0x4B, 0, 0x85, 0x43, 1, 0x62, 0x87, 0x52, 0x28, 0x4B, 1, 0x4B, 1, 0x85]
      + global("numpy", "dtype") + text("f4") + [0x89, 0x88, 0x87, 0x52] + [
        0x89, 0x43, 4, 0, 0, 128, 63, 0x74, 0x62,
      ]
    // [["a", array]] as the only argument.
    let call: [UInt8] =
      global("collections", "OrderedDict") + [0x5D, 0x5D, 0x28, 0x55, 1, 0x61] + array
      + [0x65, 0x61, 0x85, 0x52]
    let file = try opened(pickle(call))
    #expect(file.names == ["a"])
    #expect(try file.tensor("a").values == [1])
  }

  @Test func bigEndianArraysAreRefused() throws {
    let type =
      global("numpy", "dtype") + text("f4") + [0x89, 0x88, 0x87, 0x52, 0x28, 0x4B, 3] + text(">") + [
        0x74, 0x62,
      ]
    let error = try #require(fault(pickle(type)))
    #expect("\(error)".contains("a big-endian NumPy array is not supported"))
  }
}
