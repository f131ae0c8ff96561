#ifndef CT_MATRIX_H
#define CT_MATRIX_H

#include "CTensorMatrix.h"

#define CT_DECLARE_MATRIX(suffix) \
  size_t ct_panel_columns##suffix(void); \
  size_t ct_panel_rows##suffix(size_t rows); \
  void ct_multiply##suffix( \
      const float *a, size_t a_step, const float *b, size_t b_step, size_t rows, size_t panel_rows, \
      size_t columns, size_t inner, const ct_result *result, int rows_first); \
  void ct_pack_rows##suffix( \
      float *to, const float *from, size_t rows, size_t panel_rows, size_t row_step, size_t outer_count, \
      size_t outer_step, size_t inner_count, size_t inner_step, size_t first, size_t count); \
  void ct_pack_columns##suffix( \
      float *to, const float *from, size_t columns, size_t column_step, size_t inner, size_t padded_inner, \
      size_t inner_step, float factor); \
  void ct_pack_patches##suffix( \
      float *to, const float *from, const ct_window *window, size_t first, size_t columns, \
      size_t first_inner, size_t inner)

CT_DECLARE_MATRIX(_generic);
#if defined(__x86_64__)
CT_DECLARE_MATRIX(_avx2);
CT_DECLARE_MATRIX(_avx512);
#endif

#endif
