import Testing

@testable import Checkpoints

@Suite struct HostileSafetensorsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let header: String
    var dataByteCount = 8
    let message: String
    var testDescription: String { header }
  }

  /// The header's entry of a float32 vector.
  static func f32(_ name: String, _ count: Int, _ begin: Int, _ end: Int) -> String {
    #""\#(name)":{"dtype":"F32","shape":[\#(count)],"data_offsets":[\#(begin),\#(end)]}"#
  }

  static let cases = [
    Case(header: "{}", message: "malformed: 8 bytes behind the last tensor belong to none"),
    Case(
      header: #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#,
      message: "truncated: the tensor data"),
    Case(
      header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
      message: "data_offsets [8, 0], expected"),
    Case(
      header:
        "{\(f32("a", 2, 0, 8)),\(f32("b", 1, 4, 8))}",
      message: "tensor 'b' begins at byte 4, expected 8: it overlaps its neighbour"),
    Case(
      header: #"{"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      message: "tensor 'b' begins at byte 4, expected 0: it leaves a hole before it"),
    Case(
      header: #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, message: "[3] of float32 needs 12"),
    Case(
      header: #"{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}"#,
      message: "dtype 'F8_E4M3' of tensor 'a'"),
    Case(
      header: #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#,
      message: "impossible shape [4294967296, 4294967296]"),
    Case(
      header: #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#,
      message: "a number above"),
    Case(
      header: #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
      message: "expected a non-negative integer"),
    Case(
      header: #"{"a":{"dtype":"F32","shape":[2]}}"#, message: "lacks one of dtype, shape and data_offsets"),
    Case(
      header:
        "{\(f32("a", 1, 0, 4)),\(f32("a", 1, 4, 8))}",
      message: "the key 'a' occurs twice"),
    Case(
      header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}"#, message: "unknown field 'x'"),
    Case(header: #"{"__metadata__":{"a":1}}"#, message: "expected '\"', found '1'"),
    Case(
      header: "{\(f32("a", 2, 0, 8))} x", message: "text behind the object"),
    Case(header: #"{"a"#, message: "truncated: the safetensors header"),
    Case(header: #"{"\ud800":{}}"#, message: "half a surrogate pair"),
    Case(header: String(repeating: #"{"a":"#, count: 100_000), message: "unknown field 'a' of tensor 'a'"),
  ]

  @Test(arguments: cases)
  func badHeadersAreNamed(example: Case) throws {
    let header = Array(example.header.utf8)
    let bytes =
      [UInt8].little(UInt64(header.count)) + header + [UInt8](repeating: 0, count: example.dataByteCount)
    let error = try #require(fault(bytes))
    #expect("\(error)".contains(example.message), "\(error)")
    #expect("\(error)".hasPrefix("bad.file: "))
  }

  @Test(arguments: [100_000_001, 1 << 40, UInt64(Int.max), UInt64.max] as [UInt64])
  func hugeHeadersAreRefusedUnread(byteCount: UInt64) throws {
    let error = try #require(fault(.little(byteCount) + Array("{}".utf8)))
    guard case .tooLarge(_, _, Int(clamping: byteCount), 100_000_000) = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func aLargeHeaderLengthInASmallFileIsTruncation() throws {
    let error = try #require(fault(.little(UInt64(50_000_000)) + Array("{}".utf8)))
    #expect(
      error == .truncated(file: "bad.file", what: "the safetensors header", needed: 50_000_000, available: 2))
  }

  @Test func hostileNamesStayOnOneLine() throws {
    let header = Array(##"{"a\n\u001b[2J":{"dtype":"X","shape":[],"data_offsets":[0,0]}}"##.utf8)
    let error = try #require(fault(.little(UInt64(header.count)) + header))
    #expect("\(error)".contains(##"dtype 'X' of tensor 'a\n\u{1B}[2J'"##), "\(error)")
  }

  @Test func emptyTensorsMayShareAPlace() throws {
    let header = Array(
      "{\(Self.f32("a", 0, 0, 0)),\(Self.f32("b", 0, 0, 0))}"
        .utf8)
    #expect(fault(.little(UInt64(header.count)) + header) == nil)
  }

  @Test(arguments: [
    ("<!DOCTYPE html>", "a web page instead of the file itself"),
    ("version https://git-lfs.github.com/spec/v1", "a git-lfs pointer"),
    ("GIF89a......", "'GIF89a......'"),
    ("\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{8}\u{9}", "the bytes 01 02 03 04 05 06 07 08"),
  ])
  func otherFilesAreDescribed(text: String, found: String) throws {
    let error = try #require(fault(Array(text.utf8)))
    #expect("\(error)".hasPrefix("bad.file: starts with \(found)"), "\(error)")
  }
}
