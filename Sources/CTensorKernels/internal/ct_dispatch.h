#ifndef CT_DISPATCH_H
#define CT_DISPATCH_H

#include "CTensorOperations.h"

/// The instruction set to use: `vector` itself, or the best of this machine for `CT_VECTOR_AUTO`.
ct_vector ct_chosen(ct_vector vector);

#if defined(__x86_64__)
#define CT_DISPATCH(name, ...) \
  switch (ct_chosen(vector)) { \
    case CT_VECTOR_AVX512: return name##_avx512(__VA_ARGS__); \
    case CT_VECTOR_AVX2: return name##_avx2(__VA_ARGS__); \
    default: return name##_generic(__VA_ARGS__); \
  }
#else
#define CT_DISPATCH(name, ...) \
  (void)ct_chosen(vector); \
  return name##_generic(__VA_ARGS__);
#endif

#endif
