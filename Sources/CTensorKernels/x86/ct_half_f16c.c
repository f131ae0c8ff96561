#include "ct_half_f16c.h"

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx,f16c"))) size_t ct_float_from_half_f16c(
    float *restrict to, const uint16_t *restrict from, size_t count) {
  size_t whole = count & ~(size_t)7;
  for (size_t i = 0; i < whole; i += 8) {
    __m128i halves = _mm_loadu_si128((const __m128i *)(from + i));
    _mm256_storeu_ps(to + i, _mm256_cvtph_ps(halves));
  }
  return whole;
}

__attribute__((target("avx,f16c"))) size_t ct_half_from_float_f16c(
    uint16_t *restrict to, const float *restrict from, size_t count) {
  size_t whole = count & ~(size_t)7;
  for (size_t i = 0; i < whole; i += 8) {
    __m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT);
    _mm_storeu_si128((__m128i *)(to + i), halves);
  }
  return whole;
}
#endif
