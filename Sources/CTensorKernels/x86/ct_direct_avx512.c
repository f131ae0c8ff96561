#if defined(__x86_64__)
#include <immintrin.h>

#define CT_NAME(name) name##_avx512
#define CT_TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw"), min_vector_width(512)))
#define CT_LANES 16
#define CT_ROWS 14
#define CT_EVERY_SECOND(a, b, from) \
  __builtin_shufflevector( \
      a, b, 0 + (from), 2 + (from), 4 + (from), 6 + (from), 8 + (from), 10 + (from), \
      12 + (from), 14 + (from), 16 + (from), 18 + (from), 20 + (from), 22 + (from), \
      24 + (from), 26 + (from), 28 + (from), 30 + (from))
#define CT_LOAD_SOME(value, from, mask) \
  (value) = (lanes)_mm512_mask_loadu_ps((__m512)(value), (__mmask16)(mask), from)
#define CT_STORE_SOME(to, mask, value) _mm512_mask_storeu_ps(to, (__mmask16)(mask), (__m512)(value))
#include "../internal/ct_direct_body.h"
#endif
