// Sums over pixels and the separable blur. Contraction to fused multiply-add is off, so that variants agree
// bit for bit.
#include <string.h>

#include "ck_variants.h"

#pragma clang fp contract(off)

typedef double ck_f64x8 __attribute__((vector_size(64)));
typedef int32_t ck_i32x8 __attribute__((vector_size(32)));

CK_BODY double ck_root_difference_body(const int32_t *restrict a, const int32_t *restrict b, size_t count) {
  ck_f64x8 sums = {0};
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    ck_i32x8 va, vb;
    memcpy(&va, a + i, sizeof va);
    memcpy(&vb, b + i, sizeof vb);
    const ck_f64x8 difference = __builtin_elementwise_sqrt(__builtin_convertvector(va, ck_f64x8)) -
                                __builtin_elementwise_sqrt(__builtin_convertvector(vb, ck_f64x8));
    sums += difference * difference;
  }
  double sum = ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
  for (; i < count; i++) {
    const double difference = __builtin_sqrt((double)a[i]) - __builtin_sqrt((double)b[i]);
    sum += difference * difference;
  }
  return sum;
}

CK_BODY uint64_t ck_squared_error_body(const uint8_t *restrict a, const uint8_t *restrict b, size_t count) {
  uint64_t sum = 0;
  // A block's sum fits 32 bits: 65,535 * 255^2 < 2^32.
  for (size_t begin = 0; begin < count; begin += 65535) {
    const size_t end = count - begin < 65535 ? count : begin + 65535;
    uint32_t block = 0;
    for (size_t i = begin; i < end; i++) {
      const int32_t difference = (int32_t)a[i] - (int32_t)b[i];
      block += (uint32_t)(difference * difference);
    }
    sum += block;
  }
  return sum;
}

CK_BODY void ck_blur_body(const double *input, size_t height, size_t width, const double *half_taps,
                          size_t radius, double *output, double *restrict scratch) {
  double *restrict rows = scratch;
  double *restrict padded = scratch + height * width;
  for (size_t y = 0; y < height; y++) {
    const double *source = input + y * width;
    for (size_t x = 0; x < radius; x++) {
      padded[x] = source[0];
      padded[radius + width + x] = source[width - 1];
    }
    memcpy(padded + radius, source, width * sizeof(double));
    double *restrict target = rows + y * width;
    const double *restrict centre = padded + radius;
    for (size_t x = 0; x < width; x++) target[x] = half_taps[0] * centre[x];
    for (size_t k = 1; k <= radius; k++)
      for (size_t x = 0; x < width; x++) target[x] += half_taps[k] * ((centre - k)[x] + centre[x + k]);
  }
  for (size_t y = 0; y < height; y++) {
    double *restrict target = output + y * width;
    const double *restrict middle = rows + y * width;
    for (size_t x = 0; x < width; x++) target[x] = half_taps[0] * middle[x];
    for (size_t k = 1; k <= radius; k++) {
      const double *restrict above = rows + (y >= k ? y - k : 0) * width;
      const double *restrict below = rows + (y + k < height ? y + k : height - 1) * width;
      for (size_t x = 0; x < width; x++) target[x] += half_taps[k] * (above[x] + below[x]);
    }
  }
}

#define CK_PIXELS_VARIANT(suffix, target)                                                                 \
  target double ck_root_difference_##suffix(const int32_t *restrict a, const int32_t *restrict b,         \
                                            size_t count) {                                               \
    return ck_root_difference_body(a, b, count);                                                          \
  }                                                                                                       \
  target uint64_t ck_squared_error_##suffix(const uint8_t *restrict a, const uint8_t *restrict b,         \
                                            size_t count) {                                               \
    return ck_squared_error_body(a, b, count);                                                            \
  }                                                                                                       \
  target void ck_blur_##suffix(const double *input, size_t height, size_t width, const double *half_taps, \
                               size_t radius, double *output, double *restrict scratch) {                 \
    ck_blur_body(input, height, width, half_taps, radius, output, scratch);                               \
  }
