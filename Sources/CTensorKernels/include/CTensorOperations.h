#ifndef CTENSOROPERATIONS_H
#define CTENSOROPERATIONS_H

#include <stddef.h>

/// Vector units the float kernels can use; `CT_VECTOR_AUTO` is the best of this machine.
typedef enum {
  CT_VECTOR_AUTO = 0,
  CT_VECTOR_GENERIC = 1,
  CT_VECTOR_AVX2 = 2,
  CT_VECTOR_AVX512 = 3
} ct_vector;

/// Whether this machine can run `vector`.
int ct_supports_vector(ct_vector vector);

/// Functions of one number.
typedef enum {
  CT_SIGMOID = 0,
  CT_SILU = 1,
  CT_TANH = 2,
  CT_GELU = 3,
  CT_QUICK_GELU = 4,
  CT_RELU = 5
} ct_function;

/// Operations on two numbers.
typedef enum {
  CT_ADD = 0,
  CT_SUBTRACT = 1,
  CT_MULTIPLY = 2
} ct_operation;

/// `to[i] = operation(a[a_step i], b[b_step i])`; steps are 1, or 0 for one number throughout. `to` may be `a` or `b`
/// where their step is 1.
void ct_combine(
    ct_operation operation, float *to, const float *a, size_t a_step, const float *b, size_t b_step, size_t count,
    ct_vector vector);

/// `to[i] = a[i] * a_factor + b[i] * b_factor`; `to` may be `a` or `b`.
void ct_blend(
    float *to, const float *a, float a_factor, const float *b, float b_factor, size_t count, ct_vector vector);

/// Every row of `width` values to mean 0 and variance 1 (biased, `epsilon` added, both summed in double precision), then
/// its weight and bias, `width` each. `to` and `from` may be the same.
void ct_normalize_rows(
    float *to, const float *from, size_t rows, size_t width, const float *weights, const float *biases, double epsilon,
    ct_vector vector);

/// `to[i to_stride + j] = from[j from_stride + i]` for i below `rows` and j below `columns`.
void ct_transpose(
    float *to, size_t to_stride, const float *from, size_t from_stride, size_t rows, size_t columns, ct_vector vector);

/// `to[i] = function(from[i])`; `to` and `from` may be the same.
void ct_map(ct_function function, float *to, const float *from, size_t count, ct_vector vector);

/// Softmax of one row; `to` and `from` may be the same. A row of -infinity only gives NaN.
void ct_softmax(float *to, const float *from, size_t count, ct_vector vector);

/// One step of a streaming softmax down `columns` columns of `logits` `[rows, columns]`: adds `biases[row]` (or nothing
/// where it is NULL), replaces the logits by exp(logit - maximum) with the new running maximum of their column, adds
/// their sum to `sums` (rescaled), and rescales `results` `[result_rows, columns]`, accumulated before. Rows from
/// `rows` to `padded_rows` become zero. `columns` is at most 64.
void ct_softmax_columns(
    float *logits, size_t rows, size_t padded_rows, size_t columns, const float *biases, float *maxima, float *sums,
    float *results, size_t result_rows, ct_vector vector);

/// Sum in double precision.
double ct_sum(const float *from, size_t count, ct_vector vector);

/// Sum of squared differences from `mean`, in double precision.
double ct_squared_deviation(const float *from, size_t count, double mean, ct_vector vector);

/// `to[i] = (from[i] - center) * scale + shift`, then SiLU where `silu` is not 0; `to` and `from` may be the same.
void ct_affine(
    float *to, const float *from, size_t count, float center, float scale, float shift, int silu, ct_vector vector);

/// Softmax attention of one head over a short sequence. Rows of `width` values lie `stride` apart in the queries
/// and the result, `key_stride` apart in keys and values; `logits` has room for `keys` values.
void ct_short_attention(
    float *to, const float *query, const float *key, const float *value, size_t queries, size_t keys,
    size_t width, size_t stride, size_t key_stride, float scale, float *logits, ct_vector vector);

#endif
