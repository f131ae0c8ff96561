// SSIM map sums (Wang et al. 2004) in float64. Each input row is filtered along x once and kept in a ring of
// tap_count rows; each output row is then filtered along y and turned into map values.
//
// Variances enter the formula only as their sum, so four moments are kept: a, b, a^2 + b^2 and a * b.
// Contraction to fused multiply-add is off and lanes are fixed at eight, so that variants agree bit for bit.
#include <string.h>

#include "ck_variants.h"

#pragma clang fp contract(off)

typedef double ck_f64x8 __attribute__((vector_size(64)));
// The same at any address of a double.
typedef double ck_f64x8_unaligned __attribute__((vector_size(64), aligned(8)));
#define CK_F64X8(address) (*(const ck_f64x8_unaligned *)(address))

#define CK_SSIM_LANES 8
#define CK_SSIM_MOMENTS 4

// Values per row of each moment, rounded up so that whole vectors can be read and written.
CK_BODY size_t ck_ssim_row_stride(const ck_ssim_plan *plan) {
  return (plan->width * plan->channels + 2 * CK_SSIM_LANES - 1) / CK_SSIM_LANES * CK_SSIM_LANES;
}

// Filters four rows of moments along x; taps are `channels` values apart.
CK_BODY void ck_ssim_filter_row(const ck_ssim_plan *plan, const double *restrict moments, size_t stride,
                                size_t count, double *restrict target) {
  for (size_t x = 0; x < count; x += CK_SSIM_LANES) {
    ck_f64x8 s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    for (size_t k = 0; k < plan->tap_count; k++) {
      const double tap = plan->taps[k];
      const double *restrict at = moments + x + k * plan->channels;
      s0 += tap * CK_F64X8(at);
      s1 += tap * CK_F64X8(at + stride);
      s2 += tap * CK_F64X8(at + 2 * stride);
      s3 += tap * CK_F64X8(at + 3 * stride);
    }
    memcpy(target + x, &s0, sizeof s0);
    memcpy(target + stride + x, &s1, sizeof s1);
    memcpy(target + 2 * stride + x, &s2, sizeof s2);
    memcpy(target + 3 * stride + x, &s3, sizeof s3);
  }
}

// Filters the ring along y for output row `y` and returns the sum of its map values.
CK_BODY double ck_ssim_map_row(const ck_ssim_plan *plan, const double *restrict ring, size_t stride, size_t y,
                               size_t count) {
  const size_t slot = CK_SSIM_MOMENTS * stride;
  const size_t first = y % plan->tap_count;
  ck_f64x8 sums = {0};
  double tail = 0;
  for (size_t x = 0; x < count; x += CK_SSIM_LANES) {
    ck_f64x8 ma = {0}, mb = {0}, energy = {0}, product = {0};
    const double *restrict at = ring + first * slot + x;
    for (size_t k = 0; k < plan->tap_count; k++) {
      const double tap = plan->taps[k];
      ma += tap * CK_F64X8(at);
      mb += tap * CK_F64X8(at + stride);
      energy += tap * CK_F64X8(at + 2 * stride);
      product += tap * CK_F64X8(at + 3 * stride);
      at = first + k + 1 == plan->tap_count ? ring + x : at + slot;
    }
    const ck_f64x8 means = ma * mb;
    const ck_f64x8 squares = ma * ma + mb * mb;
    const ck_f64x8 covariance = plan->covariance_factor * (product - means);
    const ck_f64x8 variances = plan->covariance_factor * (energy - squares);
    const ck_f64x8 map = ((2.0 * means + plan->c1) * (2.0 * covariance + plan->c2)) /
                         ((squares + plan->c1) * (variances + plan->c2));
    if (x + CK_SSIM_LANES <= count) {
      sums += map;
    } else {
      for (size_t lane = 0; x + lane < count; lane++) tail += map[lane];
    }
  }
  const double head =
      ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
  return head + tail;
}

CK_BODY double ck_ssim_body(const uint8_t *restrict a8, const uint8_t *restrict b8,
                            const double *restrict a64, const double *restrict b64, const ck_ssim_plan *plan,
                            double *restrict scratch) {
  const size_t stride = ck_ssim_row_stride(plan);
  const size_t samples = plan->width * plan->channels;
  const size_t count = (plan->width - plan->tap_count + 1) * plan->channels;
  // Rows of moments are followed by room for the vector reads that run past the last output.
  const size_t overhang = plan->tap_count * plan->channels + CK_SSIM_LANES;
  double *restrict moments = scratch;
  double *restrict ring = scratch + CK_SSIM_MOMENTS * stride + overhang;
  memset(scratch, 0, (CK_SSIM_MOMENTS * stride + overhang) * sizeof(double));

  double sum = 0;
  for (size_t row = 0; row < plan->height; row++) {
    const size_t base = row * samples;
    for (size_t x = 0; x < samples; x++) {
      const double va = a8 ? (double)a8[base + x] : a64[base + x];
      const double vb = b8 ? (double)b8[base + x] : b64[base + x];
      moments[x] = va;
      moments[stride + x] = vb;
      moments[2 * stride + x] = va * va + vb * vb;
      moments[3 * stride + x] = va * vb;
    }
    double *restrict target = ring + row % plan->tap_count * CK_SSIM_MOMENTS * stride;
    ck_ssim_filter_row(plan, moments, stride, count, target);
    if (row + 1 >= plan->tap_count)
      sum += ck_ssim_map_row(plan, ring, stride, row + 1 - plan->tap_count, count);
  }
  return sum;
}

#define CK_SSIM_VARIANT(suffix, target)                                                    \
  target double ck_ssim_u8_##suffix(const uint8_t *restrict a, const uint8_t *restrict b,  \
                                    const ck_ssim_plan *plan, double *restrict scratch) {  \
    return ck_ssim_body(a, b, NULL, NULL, plan, scratch);                                  \
  }                                                                                        \
  target double ck_ssim_f64_##suffix(const double *restrict a, const double *restrict b,   \
                                     const ck_ssim_plan *plan, double *restrict scratch) { \
    return ck_ssim_body(NULL, NULL, a, b, plan, scratch);                                  \
  }
