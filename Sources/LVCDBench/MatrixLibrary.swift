internal import Foundation
internal import TensorCore

/// The kernels OpenBLAS uses for double precision (eigenvalues, covariances).
enum MatrixLibrary {
  /// Names what OpenBLAS chose by itself when the program has restarted itself.
  private static let variable = "LVCD_OPENBLAS_CHOICE"

  /// Starts the program again, once, where OpenBLAS took the processor for an older one: it reads
  /// `OPENBLAS_CORETYPE` only while it is loaded. A value the user has set stays. Where the system refuses, the program
  /// goes on with the slow kernels, and `doctor` shows them.
  static func restartWithBetterKernels() {
    guard let better = ComputeBudget.betterMatrixKernels else { return }
    setenv("OPENBLAS_CORETYPE", better, 1)
    setenv(variable, ComputeBudget.matrixKernels, 1)
    execv("/proc/self/exe", CommandLine.unsafeArgv)
    unsetenv("OPENBLAS_CORETYPE")
    unsetenv(variable)
  }

  /// The kernels in use and why, for `doctor`.
  static var description: String {
    let kernels = ComputeBudget.matrixKernels
    if let choice = ProcessInfo.processInfo.environment[variable] {
      return "\(kernels), set by this program instead of \(choice)"
    }
    if let better = ComputeBudget.betterMatrixKernels {
      return "\(kernels), slow here; set OPENBLAS_CORETYPE=\(better)"
    }
    return kernels
  }
}
