// The float kernels, compiled once per vector unit: the including file defines CT_NAME (suffix) and CT_TARGET
// (function attribute). Loops are written so that the compiler vectorises them; sums go through LANES partial sums,
// because it may not reorder additions by itself.

#include <math.h>
#include <string.h>

#include "ct_operations.h"
#include "ct_transpose.h"

enum { LANES = 16 };

// e^x to about one unit in the last place for -87.3 <= x <= 88; e^88 up to 88.72, then infinity; 0 below;
// NaN for NaN.
// x = n ln 2 + r with n rounded by the addition of 1.5 * 2^23; polynomial of Moshier, Cephes, expf.c.
CT_TARGET static inline float exponential(float x) {
  float clamped = x > 88.0f ? 88.0f : x;
  clamped = clamped < -87.3f ? -87.3f : clamped;
  float rounded = clamped * 1.44269504088896341f + 12582912.0f;
  float n = rounded - 12582912.0f;
  float r = clamped - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  float sum = 1.9875691500e-4f;
  sum = sum * r + 1.3981999507e-3f;
  sum = sum * r + 8.3334519073e-3f;
  sum = sum * r + 4.1665795894e-2f;
  sum = sum * r + 1.6666665459e-1f;
  sum = sum * r + 5.0000001201e-1f;
  float fraction = sum * (r * r) + r + 1.0f;
  unsigned bits;
  memcpy(&bits, &rounded, sizeof bits);
  bits = (bits + 127u) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  float result = fraction * power;
  result = x > 88.72f ? INFINITY : result;
  return x < -87.3f ? 0.0f : result;
}

CT_TARGET static inline float sigmoid(float x) { return 1.0f / (1.0f + exponential(-x)); }

// Odd polynomial near zero, where the quotient of exponentials cancels. Source: Cephes, tanhf.c.
CT_TARGET static inline float hyperbolic_tangent(float x) {
  float magnitude = fabsf(x);
  float square = x * x;
  float sum = -5.70498872745e-3f;
  sum = sum * square + 2.06390887954e-2f;
  sum = sum * square - 5.37397155531e-2f;
  sum = sum * square + 1.33314422036e-1f;
  sum = sum * square - 3.33332819422e-1f;
  float near = sum * square * x + x;
  float large = 1.0f - 2.0f / (exponential(2.0f * magnitude) + 1.0f);
  float far = copysignf(large, x);
  return magnitude < 0.625f ? near : far;
}

// x/2 erfc(-x/sqrt 2) without cancellation on either side. erfc to a relative 1.2e-7: Press et al., Numerical
// Recipes, section 6.2.
CT_TARGET static inline float gelu(float x) {
  float z = fabsf(x) * 0.70710678118654752f;
  float t = 1.0f / (1.0f + 0.5f * z);
  float sum = 0.17087277f;
  sum = sum * t - 0.82215223f;
  sum = sum * t + 1.48851587f;
  sum = sum * t - 1.13520398f;
  sum = sum * t + 0.27886807f;
  sum = sum * t - 0.18628806f;
  sum = sum * t + 0.09678418f;
  sum = sum * t + 0.37409196f;
  sum = sum * t + 1.00002368f;
  sum = sum * t - 1.26551223f;
  float complement = t * exponential(sum - z * z);
  return 0.5f * x * (x < 0.0f ? complement : 2.0f - complement);
}

CT_TARGET void CT_NAME(ct_map)(ct_function function, float *to, const float *from, size_t count) {
  switch (function) {
    case CT_SIGMOID:
      for (size_t i = 0; i < count; i++) to[i] = sigmoid(from[i]);
      break;
    case CT_SILU:
      for (size_t i = 0; i < count; i++) to[i] = from[i] * sigmoid(from[i]);
      break;
    case CT_TANH:
      for (size_t i = 0; i < count; i++) to[i] = hyperbolic_tangent(from[i]);
      break;
    case CT_GELU:
      for (size_t i = 0; i < count; i++) to[i] = gelu(from[i]);
      break;
    case CT_QUICK_GELU:
      for (size_t i = 0; i < count; i++) to[i] = from[i] * sigmoid(1.702f * from[i]);
      break;
    case CT_RELU:
      for (size_t i = 0; i < count; i++) to[i] = from[i] < 0.0f ? 0.0f : from[i];
      break;
  }
}

CT_TARGET static inline float maximum_of(const float *from, size_t count) {
  float lanes[LANES];
  for (size_t lane = 0; lane < LANES; lane++) lanes[lane] = -INFINITY;
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    for (size_t lane = 0; lane < LANES; lane++) {
      lanes[lane] = from[i + lane] > lanes[lane] ? from[i + lane] : lanes[lane];
    }
  }
  float result = -INFINITY;
  for (; i < count; i++) result = from[i] > result ? from[i] : result;
  for (size_t lane = 0; lane < LANES; lane++) result = lanes[lane] > result ? lanes[lane] : result;
  return result;
}

// Replaces the values by exp(value + shift) and returns their sum. Two loops: the compiler vectorises the first only
// without a sum in it, and in place, where nothing can overlap.
CT_TARGET static inline float exponentials(float *values, size_t count, float shift) {
  for (size_t i = 0; i < count; i++) values[i] = exponential(values[i] + shift);
  float lanes[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    for (size_t lane = 0; lane < LANES; lane++) lanes[lane] += values[i + lane];
  }
  float sum = 0.0f;
  for (; i < count; i++) sum += values[i];
  for (size_t lane = 0; lane < LANES; lane++) sum += lanes[lane];
  return sum;
}

CT_TARGET void CT_NAME(ct_softmax)(float *to, const float *from, size_t count) {
  if (count == 0) return;
  if (to != from) memmove(to, from, count * sizeof *to);
  float sum = exponentials(to, count, -maximum_of(to, count));
  float factor = 1.0f / sum;
  for (size_t i = 0; i < count; i++) to[i] *= factor;
}

#include "ct_softmax_columns.h"

CT_TARGET double CT_NAME(ct_sum)(const float *from, size_t count) {
  double lanes[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    for (size_t lane = 0; lane < LANES; lane++) lanes[lane] += (double)from[i + lane];
  }
  double sum = 0;
  for (; i < count; i++) sum += (double)from[i];
  for (size_t lane = 0; lane < LANES; lane++) sum += lanes[lane];
  return sum;
}

CT_TARGET double CT_NAME(ct_squared_deviation)(const float *from, size_t count, double mean) {
  double lanes[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    for (size_t lane = 0; lane < LANES; lane++) {
      double difference = (double)from[i + lane] - mean;
      lanes[lane] += difference * difference;
    }
  }
  double sum = 0;
  for (; i < count; i++) {
    double difference = (double)from[i] - mean;
    sum += difference * difference;
  }
  for (size_t lane = 0; lane < LANES; lane++) sum += lanes[lane];
  return sum;
}

#include "ct_rows.h"

CT_TARGET void CT_NAME(ct_affine)(
    float *to, const float *from, size_t count, float center, float scale, float shift, int silu) {
  if (silu) {
    for (size_t i = 0; i < count; i++) {
      float value = (from[i] - center) * scale + shift;
      to[i] = value * sigmoid(value);
    }
  } else {
    for (size_t i = 0; i < count; i++) to[i] = (from[i] - center) * scale + shift;
  }
}

CT_TARGET static inline float dot(const float *a, const float *b, size_t count) {
  float lanes[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    for (size_t lane = 0; lane < LANES; lane++) lanes[lane] += a[i + lane] * b[i + lane];
  }
  float sum = 0.0f;
  for (; i < count; i++) sum += a[i] * b[i];
  for (size_t lane = 0; lane < LANES; lane++) sum += lanes[lane];
  return sum;
}

// Any width: one query at a time.
CT_TARGET static void attend_by_rows(
    float *restrict to, const float *restrict query, const float *restrict key, const float *restrict value,
    size_t queries, size_t keys, size_t width, size_t stride, size_t key_stride, float scale, float *logits) {
  for (size_t i = 0; i < queries; i++) {
    for (size_t j = 0; j < keys; j++) logits[j] = scale * dot(query + i * stride, key + j * key_stride, width);
    CT_NAME(ct_softmax)(logits, logits, keys);
    float *row = to + i * stride;
    for (size_t c = 0; c < width; c++) row[c] = 0.0f;
    for (size_t j = 0; j < keys; j++) {
      for (size_t c = 0; c < width; c++) row[c] += logits[j] * value[j * key_stride + c];
    }
  }
}

// Logits of `count` keys, a constant in every call, against sixteen queries `[width, 16]`.
CT_ALWAYS void dot_keys(
    const int count, float *restrict to, const float *restrict query, const float *restrict key, size_t width,
    size_t key_stride) {
  sixteen sums[8];
  _Pragma("GCC unroll 8") for (int j = 0; j < count; j++) sums[j] = (sixteen){0};
  for (size_t c = 0; c < width; c++) {
    sixteen part = *(const loose_sixteen *)(query + c * 16);
    _Pragma("GCC unroll 8") for (int j = 0; j < count; j++) sums[j] += key[(size_t)j * key_stride + c] * part;
  }
  _Pragma("GCC unroll 8") for (int j = 0; j < count; j++) *(loose_sixteen *)(to + j * 16) = sums[j];
}

// Sixteen values of `rows` results, a constant in every call.
CT_ALWAYS void sum_values(
    const int rows, float *restrict to, const float *restrict weights, const float *restrict factors,
    const float *restrict value, size_t keys, size_t stride, size_t key_stride) {
  sixteen sums[8];
  _Pragma("GCC unroll 8") for (int i = 0; i < rows; i++) sums[i] = (sixteen){0};
  for (size_t j = 0; j < keys; j++) {
    sixteen part = *(const loose_sixteen *)(value + j * key_stride);
    _Pragma("GCC unroll 8") for (int i = 0; i < rows; i++) sums[i] += weights[j * 16 + (size_t)i] * part;
  }
  _Pragma("GCC unroll 8") for (int i = 0; i < rows; i++) {
    *(loose_sixteen *)(to + (size_t)i * stride) = sums[i] * factors[i];
  }
}

CT_TARGET void CT_NAME(ct_short_attention)(
    float *restrict to, const float *restrict query, const float *restrict key,
    const float *restrict value, size_t queries, size_t keys, size_t width, size_t stride,
    size_t key_stride, float scale, float *restrict logits) {
  enum { LONGEST = 32, WIDEST = 256 };
  if (width % 16 || width > WIDEST || keys > LONGEST) {
    attend_by_rows(to, query, key, value, queries, keys, width, stride, key_stride, scale, logits);
    return;
  }
  // Sixteen queries at a time, one in each lane: the softmax runs down the keys without sums across lanes.
  float columns[WIDEST * 16], weights[LONGEST * 16];
  for (size_t first = 0; first < queries; first += 16) {
    size_t count = queries - first < 16 ? queries - first : 16;
    for (size_t c = 0; c < width; c += 16) {
      sixteen block[16];
      for (size_t i = 0; i < 16; i++) {
        block[i] = i < count ? scale * *(const loose_sixteen *)(query + (first + i) * stride + c) : (sixteen){0};
      }
      transpose16(block);
      for (size_t i = 0; i < 16; i++) *(loose_sixteen *)(columns + (c + i) * 16) = block[i];
    }
    size_t j = 0;
    for (; j + 8 <= keys; j += 8) dot_keys(8, weights + j * 16, columns, key + j * key_stride, width, key_stride);
    for (; j + 3 <= keys; j += 3) dot_keys(3, weights + j * 16, columns, key + j * key_stride, width, key_stride);
    for (; j < keys; j++) dot_keys(1, weights + j * 16, columns, key + j * key_stride, width, key_stride);
    float maxima[16], sums[16];
    for (size_t i = 0; i < 16; i++) {
      maxima[i] = -INFINITY;
      sums[i] = 0.0f;
    }
    CT_NAME(ct_softmax_columns)(weights, keys, keys, 16, 0, maxima, sums, 0, 0);
    for (size_t i = 0; i < 16; i++) sums[i] = 1.0f / sums[i];
    for (size_t c = 0; c < width; c += 16) {
      float *target = to + first * stride + c;
      size_t i = 0;
      for (; i + 8 <= count; i += 8) {
        sum_values(8, target + i * stride, weights + i, sums + i, value + c, keys, stride, key_stride);
      }
      for (; i + 3 <= count; i += 3) {
        sum_values(3, target + i * stride, weights + i, sums + i, value + c, keys, stride, key_stride);
      }
      for (; i < count; i++) {
        sum_values(1, target + i * stride, weights + i, sums + i, value + c, keys, stride, key_stride);
      }
    }
  }
}
