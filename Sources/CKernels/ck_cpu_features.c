#include "CKernels.h"

#include <stdlib.h>
#include <string.h>

#include "internal/ck_variants.h"

static int ck_machine_isa(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx2"))
    return CK_ISA_AVX512F;
  if (__builtin_cpu_supports("avx2")) return CK_ISA_AVX2;
#endif
  return CK_ISA_GENERIC;
}

const char *ck_isa_name(int isa) {
  switch (isa) {
    case CK_ISA_AVX512F: return "avx512f";
    case CK_ISA_AVX2: return "avx2";
    default: return "generic";
  }
}

static int ck_selected = CK_ISA_GENERIC;

// Runs before main and thus before any thread can read the selection.
__attribute__((constructor)) static void ck_select_isa(void) {
  int best = ck_machine_isa();
  const char *wanted = getenv("CK_ISA");
  if (wanted != NULL)
    for (int isa = CK_ISA_GENERIC; isa < best; isa++)
      if (strcmp(wanted, ck_isa_name(isa)) == 0) best = isa;
  ck_selected = best;
}

int ck_isa(void) {
  return ck_selected;
}
