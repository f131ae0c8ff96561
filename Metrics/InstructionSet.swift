internal import CKernels

/// The instruction set that the arithmetic kernels run on.
public enum InstructionSet {
  /// `generic`, `avx2` or `avx512f`: the widest that the machine has and the environment variable CK_ISA
  /// allows. Results do not depend on it.
  public static var inUse: String { String(cString: ck_isa_name(ck_isa())) }
}
