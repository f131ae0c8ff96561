#ifndef CT_SAMPLING_H
#define CT_SAMPLING_H

#include "CTensorSampling.h"

#define CT_DECLARE_SAMPLING(suffix) \
  void ct_correlation_windows##suffix( \
      float *to, size_t stride, const float *planes, size_t height, size_t width, const float *x, \
      const float *y, size_t count, float scale, int radius); \
  void ct_sample##suffix( \
      float *to, size_t stride, const float *planes, const ct_sampling *sampling, const float *places, \
      size_t count)

CT_DECLARE_SAMPLING(_generic);
#if defined(__x86_64__)
CT_DECLARE_SAMPLING(_avx2);
CT_DECLARE_SAMPLING(_avx512);
#endif

#endif
