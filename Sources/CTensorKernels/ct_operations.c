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

static ct_vector chosen(ct_vector vector) {
  if (vector != CT_VECTOR_AUTO) return vector;
  if (ct_supports_vector(CT_VECTOR_AVX512)) return CT_VECTOR_AVX512;
  return ct_supports_vector(CT_VECTOR_AVX2) ? CT_VECTOR_AVX2 : CT_VECTOR_GENERIC;
}

#if defined(__x86_64__)
#define CT_DISPATCH(name, ...) \
  switch (chosen(vector)) { \
    case CT_VECTOR_AVX512: return name##_avx512(__VA_ARGS__); \
    case CT_VECTOR_AVX2: return name##_avx2(__VA_ARGS__); \
    default: return name##_generic(__VA_ARGS__); \
  }
#else
#define CT_DISPATCH(name, ...) \
  (void)chosen(vector); \
  return name##_generic(__VA_ARGS__);
#endif

void ct_map(
    ct_function function, float *to, const float *from, size_t count, ct_vector vector) {
  CT_DISPATCH(ct_map, function, to, from, count)
}

void ct_softmax(
    float *to, const float *from, size_t count, ct_vector vector) {
  CT_DISPATCH(ct_softmax, to, from, count)
}

float ct_softmax_step(
    float *logits, size_t count, float bias, float *maximum, float *sum, ct_vector vector) {
  CT_DISPATCH(ct_softmax_step, logits, count, bias, maximum, sum)
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
