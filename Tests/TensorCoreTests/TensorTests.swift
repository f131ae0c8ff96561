import Testing

@testable import TensorCore

@Suite struct TensorTests {
  @Test func copiesDoNotShareWrites() {
    let original = Tensor(shape: [2, 2], [1, 2, 3, 4])
    var copy = original
    copy[1, 0] = 9
    #expect(original.values == [1, 2, 3, 4])
    #expect(copy.values == [1, 2, 9, 4])
  }

  @Test func writingAPartOfASharedStorageLeavesTheRest() {
    let storage = TensorStorage(uninitializedByteCount: 16)
    storage.mutableBytes?.copyBytes(from: [Float](arrayLiteral: 1, 2, 3, 4).withUnsafeBytes(Array.init))
    let first = Tensor(shape: [2], storage: storage, byteOffset: 0)
    var second = Tensor(shape: [2], storage: storage, byteOffset: 8)
    second[0] = 7
    #expect(first.values == [1, 2])
    #expect(second.values == [7, 4])
    #expect(Tensor(shape: [4], storage: storage, byteOffset: 0).values == [1, 2, 3, 4])
  }

  @Test func indexingIsRowMajor() {
    let tensor = Tensor(shape: [2, 3, 4], (0..<24).map(Float.init))
    #expect(tensor[1, 2, 3] == 23)
    #expect(tensor[1, 0, 2] == 14)
    #expect(tensor.reshaped(6, 4)[5, 3] == 23)
    #expect(tensor.rank == 3)
    #expect(Tensor(shape: [], [5]).scalar == 5)
  }

  @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]])
  func permutationMatchesIndexing(order: [Int]) {
    let tensor = Tensor(shape: [2, 3, 5], (0..<30).map(Float.init))
    let permuted = tensor.permuted(order[0], order[1], order[2])
    for a in 0..<permuted.shape[0] {
      for b in 0..<permuted.shape[1] {
        for c in 0..<permuted.shape[2] {
          var index = [0, 0, 0]
          index[order[0]] = a
          index[order[1]] = b
          index[order[2]] = c
          #expect(permuted[a, b, c] == tensor[index[0], index[1], index[2]])
        }
      }
    }
  }

  @Test func equalityComparesShapesAndValues() {
    #expect(Tensor(zeros: 2, 3) == Tensor(repeating: 0, shape: [2, 3]))
    #expect(Tensor(zeros: 2, 3) != Tensor(zeros: 3, 2))
    #expect(Tensor(shape: [1], [.nan]) != Tensor(shape: [1], [.nan]))
  }

  @Test func shapesThatOverflowHaveNoCount() {
    #expect(Shape.elementCount([1 << 32, 1 << 32]) == nil)
    #expect(Shape.elementCount([1 << 32, 1 << 32, 0]) == nil)
    #expect(Shape.elementCount([3, -1]) == nil)
    #expect(Shape.elementCount([3, 0, 5]) == 0)
    #expect(Shape.elementCount([]) == 1)
  }

  @Test func stridedLayoutsKnowTheirReach() {
    #expect(StridedLayout(shape: [3, 4], strides: [4, 1]).isContiguous)
    #expect(StridedLayout(shape: [1, 4], strides: [99, 1]).isContiguous)
    #expect(!StridedLayout(shape: [4, 3], strides: [1, 4]).isContiguous)
    #expect(StridedLayout(shape: [4, 3], strides: [1, 4]).lastOffset == 11)
    #expect(StridedLayout(shape: [4, 0], strides: [1, 4]).lastOffset == -1)
    #expect(StridedLayout(shape: [1 << 40, 2], strides: [1 << 40, 1]).lastOffset == nil)
  }

  @Test func weightsWidenAtAnyAlignment() {
    let storage = TensorStorage(uninitializedByteCount: 9)
    storage.mutableBytes?.copyBytes(from: [0xFF, 0x00, 0x3C, 0x00, 0xC0, 0x00, 0x00, 0x80, 0x3F])
    let half = WeightTensor(scalarType: .float16, shape: [2], storage: storage, byteOffset: 1)
    let float = WeightTensor(scalarType: .float32, shape: [1], storage: storage, byteOffset: 5)
    #expect(half.float32().values == [1, -2])
    #expect(float.float32().values == [1])
    #expect(half.integers() == nil)
  }
}
