internal import TensorCore

/// Interprets one pickle. It builds dictionaries, lists, tuples, numbers, text and tensors, and nothing
/// else: no name is imported and no function is called, whatever the pickle asks for.
struct PickleMachine {
  /// Bound on executed instructions; each adds at most one value, so memory is bounded too. A checkpoint of
  /// 3000 tensors takes about 100,000.
  static let instructionLimit = 4_000_000

  /// The file the pickle lies in.
  let file: MappedFile
  /// All values made so far.
  private(set) var nodes: [PickleNode] = []
  private var cursor: ByteCursor
  private var stack: [PickleIndex] = []
  private var marks: [Int] = []
  private var memo: [UInt32: PickleIndex] = [:]

  /// A machine for the pickle that begins at `range.lowerBound`.
  init(file: MappedFile, range: Range<Int>) {
    self.file = file
    cursor = file.cursor(in: range, of: "the pickle")
  }

  /// Offset in the file of the first byte behind what was read.
  var position: Int { cursor.position }

  /// Runs to the end and returns the value that is left.
  mutating func run() throws(CheckpointError) -> PickleIndex {
    var executed = 0
    while true {
      let offset = cursor.position
      let byte = try cursor.take(UInt8.self)
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw .forbiddenOpcode(file: file.name, name: PickleOpcode.name(of: byte), offset: offset)
      }
      if opcode == .stop { return try pop() }
      executed += 1
      guard executed <= Self.instructionLimit else {
        throw .tooLarge(
          file: file.name, what: "the pickle's instruction count", found: executed,
          limit: Self.instructionLimit)
      }
      try execute(opcode)
    }
  }

  /// An error about the pickle's content.
  func malformed(_ what: String) -> CheckpointError {
    .malformed(file: file.name, what: "the pickle, byte \(cursor.position): \(what)")
  }

  /// The value at `index`.
  func node(_ index: PickleIndex) -> PickleNode { nodes[Int(index)] }

  // MARK: - Instructions

  private mutating func execute(_ opcode: PickleOpcode) throws(CheckpointError) {
    switch opcode {
    case .stop: break
    case .protocolVersion: try checkProtocol()
    case .frame: _ = try cursor.takeSize()
    case .none: push(.none)
    case .true_: push(.bool(true))
    case .false_: push(.bool(false))
    case .binaryInteger: push(.integer(Int(try cursor.take(Int32.self))))
    case .binaryInteger1: push(.integer(Int(try cursor.take(UInt8.self))))
    case .binaryInteger2: push(.integer(Int(try cursor.take(UInt16.self))))
    case .long1: push(try longInteger())
    case .binaryFloat: push(.float(Double(bitPattern: try cursor.take(UInt64.self).byteSwapped)))
    case .shortUnicode, .shortString: push(.text(try cursor.take(Int(cursor.take(UInt8.self)))))
    case .unicode: push(.text(try cursor.take(Int(cursor.take(UInt32.self)))))
    case .longUnicode: push(.text(try cursor.take(cursor.takeSize())))
    case .shortBytes: push(.bytes(try cursor.take(Int(cursor.take(UInt8.self)))))
    case .bytes: push(.bytes(try cursor.take(Int(cursor.take(UInt32.self)))))
    case .longBytes, .byteArray: push(.bytes(try cursor.take(cursor.takeSize())))
    case .emptyTuple: push(.tuple([]))
    case .emptyList: push(.list([]))
    case .emptyDictionary: push(.dictionary([]))
    case .mark: marks.append(stack.count)
    case .pop: _ = try pop()
    case .popMark: _ = try popToMark()
    case .duplicate: stack.append(try top())
    case .tuple: push(.tuple(try popToMark()))
    case .tuple1: push(.tuple(try pop(1)))
    case .tuple2: push(.tuple(try pop(2)))
    case .tuple3: push(.tuple(try pop(3)))
    case .append: try extendList(pop(1))
    case .appends: try extendList(popToMark())
    case .setItem: try extendDictionary(pop(2))
    case .setItems: try extendDictionary(popToMark())
    case .put: memo[UInt32(try cursor.take(UInt8.self))] = try top()
    case .longPut: memo[try cursor.take(UInt32.self)] = try top()
    case .memoize: memo[UInt32(memo.count)] = try top()
    case .get: try recall(UInt32(cursor.take(UInt8.self)))
    case .longGet: try recall(cursor.take(UInt32.self))
    case .global: try pushGlobal(lines: (cursor.takeLine(), cursor.takeLine()))
    case .stackGlobal: try pushStackGlobal()
    case .persistentID: push(.storage(try storage(pop())))
    case .reduce: try reduce()
    case .build: try build()
    }
  }

  private mutating func checkProtocol() throws(CheckpointError) {
    let version = try cursor.take(UInt8.self)
    guard version <= 5 else {
      throw .unsupported(
        file: file.name, found: "pickle protocol \(version)", fix: "save it with protocol 2 to 5")
    }
  }

  private mutating func longInteger() throws(CheckpointError) -> PickleNode {
    let range = try cursor.take(Int(cursor.take(UInt8.self)))
    guard range.count <= 8 else { return .longInteger(range) }
    var value: UInt64 = 0
    for (place, byte) in file.storage.bytes[range].enumerated() { value |= UInt64(byte) << (8 * place) }
    let unusedBits = 64 - 8 * range.count
    guard unusedBits < 64 else { return .integer(0) }
    return .integer(Int(truncatingIfNeeded: value << unusedBits) >> unusedBits)
  }

  private mutating func recall(_ key: UInt32) throws(CheckpointError) {
    guard let index = memo[key] else { throw malformed("memo entry \(key) is not there") }
    stack.append(index)
  }

  private mutating func pushGlobal(lines: (Range<Int>, Range<Int>)) throws(CheckpointError) {
    let module = try file.text(lines.0, what: "a module name in the pickle")
    let name = try file.text(lines.1, what: "a global's name in the pickle")
    guard let global = PickleGlobal(module: module, name: name) else {
      throw .forbiddenGlobal(file: file.name, name: String("\(module).\(name)".prefix(200)))
    }
    push(.global(global))
  }

  private mutating func pushStackGlobal() throws(CheckpointError) {
    let operands = try pop(2)
    guard case .text(let module) = node(operands[0]), case .text(let name) = node(operands[1]) else {
      throw malformed("STACK_GLOBAL without two names")
    }
    try pushGlobal(lines: (module, name))
  }

  private mutating func extendList(_ items: [PickleIndex]) throws(CheckpointError) {
    let target = Int(try top())
    guard case .list(var list) = nodes[target] else { throw malformed("items for something that is no list") }
    nodes[target] = .none  // so that the array below is not copied
    list.append(contentsOf: items)
    nodes[target] = .list(list)
  }

  private mutating func extendDictionary(_ items: [PickleIndex]) throws(CheckpointError) {
    let target = Int(try top())
    guard case .dictionary(var pairs) = nodes[target], items.count % 2 == 0 else {
      throw malformed("items for something that is no dictionary")
    }
    nodes[target] = .none
    pairs.append(contentsOf: items)
    nodes[target] = .dictionary(pairs)
  }

  private mutating func reduce() throws(CheckpointError) {
    let operands = try pop(2)
    guard case .global(let function) = node(operands[0]), case .tuple(let arguments) = node(operands[1])
    else {
      throw malformed("REDUCE of something that is no known global with a tuple")
    }
    push(try rebuild(function, arguments))
  }

  private mutating func build() throws(CheckpointError) {
    let state = try pop()
    let target = Int(try top())
    nodes[target] = try applyState(node(state), to: nodes[target])
  }

  // MARK: - Stack

  private mutating func push(_ node: PickleNode) {
    stack.append(PickleIndex(nodes.count))
    nodes.append(node)
  }

  /// The lowest stack position the current instruction may touch: values below a mark are out of reach.
  private var floor: Int { marks.last ?? 0 }

  private func top() throws(CheckpointError) -> PickleIndex {
    guard stack.count > floor, let index = stack.last else { throw malformed("the stack is empty") }
    return index
  }

  private mutating func pop() throws(CheckpointError) -> PickleIndex {
    let index = try top()
    stack.removeLast()
    return index
  }

  private mutating func pop(_ count: Int) throws(CheckpointError) -> [PickleIndex] {
    guard stack.count - floor >= count else { throw malformed("the stack is empty") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(CheckpointError) -> [PickleIndex] {
    guard let mark = marks.popLast() else { throw malformed("no mark on the stack") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }
}
