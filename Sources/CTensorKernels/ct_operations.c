#include "internal/ct_dispatch.h"
#include "internal/ct_operations.h"

#define CT_NAME(name) name##_generic
#define CT_TARGET
#include "internal/ct_operations_body.h"

int ct_supports_vector(ct_vector vector) {
#if defined(__x86_64__)
  if (vector == CT_VECTOR_AVX2) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  }
  if (vector == CT_VECTOR_AVX512) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
  }
#endif
  return vector == CT_VECTOR_AUTO || vector == CT_VECTOR_GENERIC;
}

ct_vector ct_chosen(ct_vector vector) {
  if (vector != CT_VECTOR_AUTO) return vector;
  if (ct_supports_vector(CT_VECTOR_AVX512)) return CT_VECTOR_AVX512;
  return ct_supports_vector(CT_VECTOR_AVX2) ? CT_VECTOR_AVX2 : CT_VECTOR_GENERIC;
}

void ct_map(
    ct_function function, float *to, const float *from, size_t count, ct_vector vector) {
  CT_DISPATCH(ct_map, function, to, from, count)
}

void ct_combine(
    ct_operation operation, float *to, const float *a, size_t a_step, const float *b, size_t b_step, size_t count,
    ct_vector vector) {
  CT_DISPATCH(ct_combine, operation, to, a, a_step, b, b_step, count)
}

void ct_blend(
    float *to, const float *a, float a_factor, const float *b, float b_factor, size_t count, ct_vector vector) {
  CT_DISPATCH(ct_blend, to, a, a_factor, b, b_factor, count)
}

void ct_normalize_rows(
    float *to, const float *from, size_t rows, size_t width, const float *weights, const float *biases, double epsilon,
    ct_vector vector) {
  CT_DISPATCH(ct_normalize_rows, to, from, rows, width, weights, biases, epsilon)
}

void ct_transpose(
    float *to, size_t to_stride, const float *from, size_t from_stride, size_t rows, size_t columns, ct_vector vector) {
  CT_DISPATCH(ct_transpose, to, to_stride, from, from_stride, rows, columns)
}

void ct_softmax(
    float *to, const float *from, size_t count, ct_vector vector) {
  CT_DISPATCH(ct_softmax, to, from, count)
}

void ct_softmax_columns(
    float *logits, size_t rows, size_t padded_rows, size_t columns, const float *biases, float *maxima, float *sums,
    float *results, size_t result_rows, ct_vector vector) {
  CT_DISPATCH(
      ct_softmax_columns, logits, rows, padded_rows, columns, biases, maxima, sums, results, result_rows)
}

double ct_sum(
    const float *from, size_t count, ct_vector vector) {
  CT_DISPATCH(ct_sum, from, count)
}

double ct_squared_deviation(
    const float *from, size_t count, double mean, ct_vector vector) {
  CT_DISPATCH(ct_squared_deviation, from, count, mean)
}

void ct_affine(
    float *to, const float *from, size_t count, float center, float scale, float shift, int silu, ct_vector vector) {
  CT_DISPATCH(ct_affine, to, from, count, center, scale, shift, silu)
}

void ct_short_attention(
    float *to, const float *query, const float *key, const float *value, size_t queries,
    size_t keys, size_t width, size_t stride, size_t key_stride, float scale, float *logits, ct_vector vector) {
  CT_DISPATCH(ct_short_attention, to, query, key, value, queries, keys, width, stride, key_stride, scale, logits)
}
