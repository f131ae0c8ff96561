internal import Synchronization

/// A value that is made at its first use and shared by all clips and threads afterwards, for example a network.
final class LoadedOnce<Value: Sendable>: Sendable {
  private let make: @Sendable () throws -> Value
  private let state = Mutex<Value?>(nil)

  init(_ make: @escaping @Sendable () throws -> Value) { self.make = make }

  /// The value; an attempt that failed is repeated at the next call.
  func callAsFunction() throws -> Value {
    try state.withLock { value in
      if let value { return value }
      let made = try make()
      value = made
      return made
    }
  }
}
