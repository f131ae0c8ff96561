internal import Checkpoints
internal import TensorCore

/// One mixed block: parallel branches whose outputs are joined along the channels.
protocol InceptionBlock: Sendable {
  func callAsFunction(_ x: Tensor) -> Tensor
}

/// The unit all blocks are made of: `conv` without bias, `bn` with epsilon 1e-3, ReLU.
enum InceptionUnit {
  static func make(
    _ w: WeightScope, _ kernel: Size2D, stride: Int = 1, isPadded: Bool = true
  ) throws(CheckpointError) -> ConvolutionUnit2D {
    try ConvolutionUnit2D(
      w / "conv", w / "bn", kernel: kernel, stride: stride,
      padding: isPadded ? Padding2D(height: kernel.height / 2, width: kernel.width / 2) : 0)
  }

  /// Units one after the other.
  static func chain(_ units: [ConvolutionUnit2D], _ x: Tensor) -> Tensor { units.reduce(x) { $1($0) } }

  /// Mean of 3x3 neighbours that exist.
  static func averagePool(_ x: Tensor) -> Tensor {
    x.averagePooled2D(kernel: 3, stride: 1, padding: .floor(1), includesPadding: false)
  }

  static let row = Size2D(height: 1, width: 7)
  static let column = Size2D(height: 7, width: 1)
}

/// Grid 35x35: 1x1, 5x5, double 3x3, pool.
struct InceptionA: InceptionBlock {
  private let branches: [[ConvolutionUnit2D]]
  private let pool: ConvolutionUnit2D

  init(_ w: WeightScope) throws(CheckpointError) {
    branches = [
      [try InceptionUnit.make(w / "branch1x1", 1)],
      [try InceptionUnit.make(w / "branch5x5_1", 1), try InceptionUnit.make(w / "branch5x5_2", 5)],
      [
        try InceptionUnit.make(w / "branch3x3dbl_1", 1), try InceptionUnit.make(w / "branch3x3dbl_2", 3),
        try InceptionUnit.make(w / "branch3x3dbl_3", 3),
      ],
    ]
    pool = try InceptionUnit.make(w / "branch_pool", 1)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    Tensor.concatenation(
      branches.map { InceptionUnit.chain($0, x) } + [pool(InceptionUnit.averagePool(x))], axis: 1)
  }
}

/// From grid 35x35 to 17x17.
struct InceptionB: InceptionBlock {
  private let branches: [[ConvolutionUnit2D]]

  init(_ w: WeightScope) throws(CheckpointError) {
    branches = [
      [try InceptionUnit.make(w / "branch3x3", 3, stride: 2, isPadded: false)],
      [
        try InceptionUnit.make(w / "branch3x3dbl_1", 1), try InceptionUnit.make(w / "branch3x3dbl_2", 3),
        try InceptionUnit.make(w / "branch3x3dbl_3", 3, stride: 2, isPadded: false),
      ],
    ]
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    Tensor.concatenation(
      branches.map { InceptionUnit.chain($0, x) } + [x.maxPooled2D(kernel: 3, stride: 2)], axis: 1)
  }
}

/// Grid 17x17: convolutions of seven taps split into rows and columns.
struct InceptionC: InceptionBlock {
  private let branches: [[ConvolutionUnit2D]]
  private let pool: ConvolutionUnit2D

  init(_ w: WeightScope) throws(CheckpointError) {
    let (row, column) = (InceptionUnit.row, InceptionUnit.column)
    branches = [
      [try InceptionUnit.make(w / "branch1x1", 1)],
      [
        try InceptionUnit.make(w / "branch7x7_1", 1), try InceptionUnit.make(w / "branch7x7_2", row),
        try InceptionUnit.make(w / "branch7x7_3", column),
      ],
      [
        try InceptionUnit.make(w / "branch7x7dbl_1", 1), try InceptionUnit.make(w / "branch7x7dbl_2", column),
        try InceptionUnit.make(w / "branch7x7dbl_3", row),
        try InceptionUnit.make(w / "branch7x7dbl_4", column),
        try InceptionUnit.make(w / "branch7x7dbl_5", row),
      ],
    ]
    pool = try InceptionUnit.make(w / "branch_pool", 1)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    Tensor.concatenation(
      branches.map { InceptionUnit.chain($0, x) } + [pool(InceptionUnit.averagePool(x))], axis: 1)
  }
}

/// From grid 17x17 to 8x8.
struct InceptionD: InceptionBlock {
  private let branches: [[ConvolutionUnit2D]]

  init(_ w: WeightScope) throws(CheckpointError) {
    branches = [
      [
        try InceptionUnit.make(w / "branch3x3_1", 1),
        try InceptionUnit.make(w / "branch3x3_2", 3, stride: 2, isPadded: false),
      ],
      [
        try InceptionUnit.make(w / "branch7x7x3_1", 1),
        try InceptionUnit.make(w / "branch7x7x3_2", InceptionUnit.row),
        try InceptionUnit.make(w / "branch7x7x3_3", InceptionUnit.column),
        try InceptionUnit.make(w / "branch7x7x3_4", 3, stride: 2, isPadded: false),
      ],
    ]
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    Tensor.concatenation(
      branches.map { InceptionUnit.chain($0, x) } + [x.maxPooled2D(kernel: 3, stride: 2)], axis: 1)
  }
}

/// Grid 8x8: branches that fork into a row and a column.
struct InceptionE: InceptionBlock {
  private let single: ConvolutionUnit2D
  private let forks: [(stem: [ConvolutionUnit2D], ends: [ConvolutionUnit2D])]
  private let pool: ConvolutionUnit2D
  private let poolsMaximum: Bool

  /// - Parameter poolsMaximum: whether the pool takes the maximum, as only the network's last block does.
  init(_ w: WeightScope, poolsMaximum: Bool) throws(CheckpointError) {
    let row = Size2D(height: 1, width: 3)
    let column = Size2D(height: 3, width: 1)
    single = try InceptionUnit.make(w / "branch1x1", 1)
    forks = [
      (
        [try InceptionUnit.make(w / "branch3x3_1", 1)],
        [
          try InceptionUnit.make(w / "branch3x3_2a", row), try InceptionUnit.make(w / "branch3x3_2b", column),
        ]
      ),
      (
        [try InceptionUnit.make(w / "branch3x3dbl_1", 1), try InceptionUnit.make(w / "branch3x3dbl_2", 3)],
        [
          try InceptionUnit.make(w / "branch3x3dbl_3a", row),
          try InceptionUnit.make(w / "branch3x3dbl_3b", column),
        ]
      ),
    ]
    pool = try InceptionUnit.make(w / "branch_pool", 1)
    self.poolsMaximum = poolsMaximum
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    var parts = [single(x)]
    for fork in forks {
      let stem = InceptionUnit.chain(fork.stem, x)
      parts += fork.ends.map { $0(stem) }
    }
    let pooled =
      poolsMaximum
      ? x.maxPooled2D(kernel: 3, stride: 1, padding: .floor(1)) : InceptionUnit.averagePool(x)
    return Tensor.concatenation(parts + [pool(pooled)], axis: 1)
  }
}
