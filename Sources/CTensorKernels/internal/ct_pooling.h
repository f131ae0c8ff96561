#ifndef CT_POOLING_H
#define CT_POOLING_H

#include "CTensorPooling.h"

size_t ct_pooling_row_count(const ct_pooling *pooling);

#define CT_DECLARE_POOLING(suffix) \
  void ct_pool_largest##suffix(float *to, const float *from, const ct_pooling *pooling, double *scratch); \
  void ct_pool_mean##suffix( \
      float *to, const float *from, const ct_pooling *pooling, const double *frame_counts, \
      const double *row_counts, const double *column_counts, double *scratch)

CT_DECLARE_POOLING(_generic);
#if defined(__x86_64__)
CT_DECLARE_POOLING(_avx2);
CT_DECLARE_POOLING(_avx512);
#endif

#endif
