import TensorCore
import Testing

@testable import Checkpoints

/// A zip archive made by hand, with a chance to lie in every field.
struct CraftedZip {
  struct Entry {
    var name: String
    var bytes: [UInt8]
    var method: UInt16 = 0
    var flags: UInt16 = 0
    var checksum: UInt32 = 0
    var unpackedByteCount: UInt32?
    var localName: String?
    var headerOffset: UInt32?
  }
  var entries: [Entry]
  var entryCount: UInt16?
  var directoryOffset: UInt32?

  var bytes: [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let offset = entry.headerOffset ?? UInt32(archive.count)
      let sizes: [UInt8] =
        .little(entry.checksum) + .little(UInt32(entry.bytes.count))
        + .little(entry.unpackedByteCount ?? UInt32(entry.bytes.count))
      let local = Array((entry.localName ?? entry.name).utf8)
      let fields: [UInt8] =
        .little(UInt16(20)) + .little(entry.flags) + .little(entry.method) + .little(UInt32(0)) + sizes
      archive +=
        .little(UInt32(0x0403_4B50)) + fields + .little(UInt16(local.count)) + .little(UInt16(0)) + local
      archive += entry.bytes
      let name = Array(entry.name.utf8)
      directory += .little(UInt32(0x0201_4B50)) + .little(UInt16(20)) + fields + .little(UInt16(name.count))
      directory += [UInt8](repeating: 0, count: 12) + .little(offset) + name
    }
    let count: UInt16 = entryCount ?? UInt16(entries.count)
    let end: [UInt8] =
      .little(UInt32(0x0605_4B50)) + .little(UInt32(0)) + .little(count) + .little(count)
      + .little(UInt32(directory.count)) + .little(directoryOffset ?? UInt32(archive.count))
      + .little(UInt16(0))
    return archive + directory + end
  }
}

@Suite struct HostileArchiveTests {
  typealias Entry = CraftedZip.Entry

  private func expect(_ zip: CraftedZip, _ message: String) throws {
    let error = try #require(fault(zip.bytes))
    #expect("\(error)".contains(message), "\(error)")
  }

  @Test func liesInTheDirectoryAreFound() throws {
    let entry = Entry(name: "a/data.pkl", bytes: [0x80, 2, 0x7D, 0x2E])
    try expect(CraftedZip(entries: [entry], entryCount: 9), "truncated: the zip directory")
    try expect(
      CraftedZip(entries: [entry], directoryOffset: 0xFFFF_FFF0), "the zip directory lies outside the archive"
    )
    var wrong = entry
    wrong.headerOffset = 4_000_000
    try expect(CraftedZip(entries: [wrong]), "entry 'a/data.pkl' lies outside the archive")
    wrong = entry
    wrong.headerOffset = 1
    try expect(CraftedZip(entries: [wrong]), "has no local header")
    wrong = entry
    wrong.localName = "b/data.pkl"
    try expect(CraftedZip(entries: [wrong]), "is called 'b/data.pkl' in its local header")
    wrong = entry
    wrong.flags = 1
    try expect(CraftedZip(entries: [wrong]), "the encrypted entry 'a/data.pkl'")
    wrong = entry
    wrong.method = 14
    try expect(CraftedZip(entries: [wrong]), "compression method 14")
    wrong = entry
    wrong.unpackedByteCount = 1000
    try expect(CraftedZip(entries: [wrong]), "claims 1000 bytes and has 4")
    try expect(CraftedZip(entries: [entry]), "does not match its checksum")
    try expect(CraftedZip(entries: []), "starts with a zip archive without data.pkl or npy files")
  }

  @Test func entriesThatShareBytesAreRefused() throws {
    let first = Entry(name: "x.npy", bytes: [1, 2, 3, 4])
    var second = first
    second.headerOffset = 0
    try expect(CraftedZip(entries: [first, second]), "the entries 'x.npy' and 'x.npy' overlap")
  }

  @Test func deflatedStoragesOfPyTorchAreRefused() throws {
    let entry = Entry(name: "a/data.pkl", bytes: [3, 0], method: 8, unpackedByteCount: 0)
    try expect(
      CraftedZip(entries: [entry]), "the deflated entry 'a/data.pkl' in a PyTorch archive is not supported")
  }

  @Test func zipBombsAreRefusedBeforeUnpacking() throws {
    let entry = Entry(name: "x.npy", bytes: [3, 0], method: 8, unpackedByteCount: 0xFFFF_FFF0)
    try expect(
      CraftedZip(entries: [entry]), "the unpacked size of entry 'x.npy' is 4294967280, the limit is 2064")
  }

  @Test func damagedDeflateStreamsAreRefused() throws {
    let entry = Entry(name: "x.npy", bytes: [0xFF, 0xFF, 0xFF], method: 8, unpackedByteCount: 100)
    try expect(CraftedZip(entries: [entry]), "entry 'x.npy' is not a valid deflate stream")
  }

  @Test(
    arguments: [
      ("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "the NumPy type '>f4'"),
      ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "the NumPy type '|O'"),
      (
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
        "structured types are not weights"
      ),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", "impossible shape"),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "expected a size"),
      (
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
        "truncated: the array needs 12 bytes, 4 are there"
      ),
      ("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", nil),
      ("{'descr': '<f4', 'fortran_order': maybe, 'shape': (1,), }", "expected True or False"),
      ("{'descr': '<f4', 'shape': (1,), }", "one of descr, fortran_order and shape is missing"),
      ("__import__('os').system('x')", "expected '{'"),
      ("", "expected '{'"),
    ] as [(String, String?)])
  func npyHeadersAreChecked(header: String, message: String?) throws {
    let text = Array(header.utf8)
    let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0] + .little(UInt16(text.count)) + text + [0, 0, 128, 63]
    let error = fault(bytes)
    if let message {
      let text = "\(try #require(error))"
      #expect(text.contains(message), "\(text)")
    } else {
      #expect(error == nil)
    }
  }

  @Test func hugeNpyHeadersAreRefusedUnread() throws {
    let bytes = [0x93] + Array("NUMPY".utf8) + [2, 0] + .little(UInt32.max)
    #expect(
      fault(bytes)
        == .tooLarge(file: "bad.file", what: "the header of the array", found: Int(UInt32.max), limit: 65_535)
    )
  }

  @Test func stridesMustStayInsideTheirStorage() {
    func fault(_ shape: [Int], _ strides: [Int], offset: Int) -> CheckpointError? {
      let storage = TensorStorage(uninitializedByteCount: 40)
      let file = MappedFile(name: "x", storage: storage)
      do {
        _ = try StoredTensor(
          .float32, StridedLayout(shape: shape, strides: strides), elementOffset: offset, in: 0..<40,
          of: file,
          what: "t")
        return nil
      } catch { return error }
    }
    #expect(fault([2, 5], [5, 1], offset: 0) == nil)
    #expect(fault([2, 5], [5, 1], offset: 1) != nil)
    #expect(fault([5, 2], [1, 6], offset: 0) != nil)
    #expect(fault([0], [1], offset: 10) == nil)
    #expect(fault([1], [1], offset: 11) != nil)
    #expect(fault([1], [1], offset: .max) != nil)
    #expect(fault([1 << 20, 1 << 20], [0, 0], offset: 0) != nil, "repeated elements must be bounded")
    #expect(fault([1 << 31, 1 << 31], [1 << 31, 1 << 31], offset: 0) != nil)
  }
}
