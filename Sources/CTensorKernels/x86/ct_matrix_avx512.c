#if defined(__x86_64__)
#include <immintrin.h>

#define CT_NAME(name) name##_avx512
#define CT_TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw"), min_vector_width(512)))
#define CT_LANES 16
#define CT_ROWS 14

// Every second bit of the result is one of the mask's.
static inline unsigned every_second(unsigned mask) {
  mask = (mask | mask << 8) & 0x00FF00FFu;
  mask = (mask | mask << 4) & 0x0F0F0F0Fu;
  mask = (mask | mask << 2) & 0x33333333u;
  return (mask | mask << 1) & 0x55555555u;
}

// Few runs of neighbours are masked loads, runs of stride 2 the even elements of two; the rest is gathered.
#define CT_COPY_SCATTERED(to, from, channel_step, channels, l) \
  if ((l)->stride == 1 && (l)->count <= 6) { \
    for (size_t c = 0; c < channels; c++) { \
      const float *plane = (from) + c * (channel_step); \
      __m512 sum = _mm512_maskz_loadu_ps((__mmask16)(l)->runs[0].mask, plane + (l)->runs[0].offset); \
      for (int run = 1; run < (l)->count; run++) { \
        sum = _mm512_mask_loadu_ps(sum, (__mmask16)(l)->runs[run].mask, plane + (l)->runs[run].offset); \
      } \
      _mm512_storeu_ps((to) + c * CT_COLUMNS, sum); \
    } \
  } else if ((l)->stride == 2 && (l)->count <= 3) { \
    const __m512i even = \
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30); \
    for (size_t c = 0; c < channels; c++) { \
      __m512 sum = _mm512_setzero_ps(); \
      for (int run = 0; run < (l)->count; run++) { \
        const float *source = (from) + c * (channel_step) + (l)->runs[run].offset; \
        unsigned wide = every_second((l)->runs[run].mask); \
        __m512 low = _mm512_maskz_loadu_ps((__mmask16)wide, source); \
        __m512 high = _mm512_maskz_loadu_ps((__mmask16)(wide >> 16), source + 16); \
        sum = _mm512_or_ps(sum, _mm512_permutex2var_ps(low, even, high)); \
      } \
      _mm512_storeu_ps((to) + c * CT_COLUMNS, sum); \
    } \
  } else { \
    __m512i offsets = _mm512_loadu_si512((l)->offsets); \
    __mmask16 inside = _mm512_movepi32_mask(_mm512_loadu_si512((l)->is_inside)); \
    for (size_t c = 0; c < channels; c++) { \
      __m512 sum = _mm512_mask_i32gather_ps( \
          _mm512_setzero_ps(), inside, offsets, (from) + c * (channel_step), 4); \
      _mm512_storeu_ps((to) + c * CT_COLUMNS, sum); \
    } \
  }

#include "../internal/ct_matrix_body.h"
#endif
