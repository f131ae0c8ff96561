#ifndef CT_OPERATIONS_H
#define CT_OPERATIONS_H

#include "CTensorOperations.h"

// Every kernel exists once per vector unit; ct_operations.c chooses.
#define CT_DECLARE(suffix) \
  void ct_map##suffix(ct_function function, float *to, const float *from, size_t count); \
  void ct_combine##suffix( \
      ct_operation operation, float *to, const float *a, size_t a_step, const float *b, size_t b_step, \
      size_t count); \
  void ct_blend##suffix( \
      float *to, const float *a, float a_factor, const float *b, float b_factor, size_t count); \
  void ct_normalize_rows##suffix( \
      float *to, const float *from, size_t rows, size_t width, const float *weights, const float *biases, \
      double epsilon); \
  void ct_transpose##suffix( \
      float *to, size_t to_stride, const float *from, size_t from_stride, size_t rows, size_t columns); \
  void ct_softmax##suffix(float *to, const float *from, size_t count); \
  void ct_softmax_columns##suffix( \
      float *logits, size_t rows, size_t padded_rows, size_t columns, const float *biases, float *maxima, \
      float *sums, float *results, size_t result_rows); \
  double ct_sum##suffix(const float *from, size_t count); \
  double ct_squared_deviation##suffix(const float *from, size_t count, double mean); \
  void ct_affine##suffix(float *to, const float *from, size_t count, float center, float scale, float \
      shift, int silu); \
  void ct_short_attention##suffix(float *to, const float *query, const float *key, const \
      float *value, size_t queries, size_t keys, size_t width, size_t stride, size_t \
      key_stride, float scale, float *logits)

CT_DECLARE(_generic);
#if defined(__x86_64__)
CT_DECLARE(_avx2);
CT_DECLARE(_avx512);
#endif

#endif
