#if defined(__x86_64__)
#define CT_NAME(name) name##_avx2
#define CT_TARGET __attribute__((target("avx2,fma"), min_vector_width(256)))
#define CT_LANES 8
#define CT_ROWS 6
#define CT_EVERY_SECOND(a, b, from) \
  __builtin_shufflevector( \
      a, b, 0 + (from), 2 + (from), 4 + (from), 6 + (from), 8 + (from), 10 + (from), \
      12 + (from), 14 + (from))
#define CT_LOAD_SOME(value, from, mask) \
  for (int lane = 0; lane < CT_LANES; lane++) { \
    if ((mask) >> lane & 1u) (value)[lane] = (from)[lane]; \
  }
#define CT_STORE_SOME(to, mask, value) \
  for (int lane = 0; lane < CT_LANES; lane++) { \
    if ((mask) >> lane & 1u) (to)[lane] = (value)[lane]; \
  }
#include "../internal/ct_direct_body.h"
#endif
