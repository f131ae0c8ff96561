#if defined(__x86_64__)
#include <immintrin.h>

#define CT_NAME(name) name##_avx512
#define CT_TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw"), min_vector_width(512)))
#define CT_LANES 16
#define CT_ROWS 14

// Few runs of neighbours are masked loads; many, as under strides, a gather.
#define CT_COPY_SCATTERED(to, from, channel_step, channels, l) \
  if ((l)->count <= 6) { \
    for (size_t c = 0; c < channels; c++) { \
      const float *plane = (from) + c * (channel_step); \
      __m512 sum = _mm512_maskz_loadu_ps((__mmask16)(l)->runs[0].mask, plane + (l)->runs[0].offset); \
      for (int run = 1; run < (l)->count; run++) { \
        sum = _mm512_mask_loadu_ps(sum, (__mmask16)(l)->runs[run].mask, plane + (l)->runs[run].offset); \
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
