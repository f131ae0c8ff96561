// Arithmetic kernels with run-time selection of the instruction set. No kernel allocates, starts threads or
// keeps state; callers pass scratch memory of the documented size. All variants of a kernel give
// bit-identical results.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "CKernelsFlow.h"

// The instruction sets that variants exist for, in ascending order.
enum {
  CK_ISA_GENERIC = 0,
  CK_ISA_AVX2 = 1,
  CK_ISA_AVX512F = 2,
};

// The widest instruction set that this machine has and that the environment variable CK_ISA (generic, avx2,
// avx512f) allows; read once.
int ck_isa(void);

// The name of an instruction set as CK_ISA spells it.
const char *ck_isa_name(int isa);

// Largest height and width that the distance transforms accept: squared distances then fit 32 bits.
enum { CK_EDT_MAX_SIDE = 32767 };

// Number of int32_t that ck_edt_squared needs as scratch for rows of `width` pixels.
size_t ck_edt_scratch_count(size_t width);

// Exact squared Euclidean distance of each pixel to the nearest nonzero pixel of `mask`, row-major height *
// width, in linear time: a vertical pass and a lower envelope of parabolas per row. Returns the number of
// rows with a feature; when it is 0, `squared` is all -1.
size_t ck_edt_squared(const uint8_t *restrict mask, size_t height, size_t width, int32_t *restrict squared,
                      int32_t *restrict scratch);
// The same with a given variant; `isa` must not exceed what the machine has.
size_t ck_edt_squared_isa(const uint8_t *restrict mask, size_t height, size_t width,
                          int32_t *restrict squared, int32_t *restrict scratch, int isa);

// Danielsson's sequential transforms (1980): 4SED, and 8SED when `eight` is nonzero. `squared` gets squared
// lengths (-1 everywhere when the mask is empty), `offsets` is scratch for 2 * height * width values. Returns
// the number of features.
size_t ck_danielsson_squared(const uint8_t *restrict mask, size_t height, size_t width, int eight,
                             int32_t *restrict squared, int32_t *restrict offsets);

// Square roots of `count` non-negative integers, rounded to float.
void ck_sqrt_i32_f32(const int32_t *restrict values, size_t count, float *restrict roots);

// Sum of (sqrt(a) - sqrt(b))^2 over `count` non-negative integers.
double ck_root_difference_energy(const int32_t *restrict a, const int32_t *restrict b, size_t count);
double ck_root_difference_energy_isa(const int32_t *restrict a, const int32_t *restrict b, size_t count,
                                     int isa);

// Sum of squared differences of `count` bytes; exact.
uint64_t ck_squared_error_u8(const uint8_t *restrict a, const uint8_t *restrict b, size_t count);
uint64_t ck_squared_error_u8_isa(const uint8_t *restrict a, const uint8_t *restrict b, size_t count, int isa);

// What ck_ssim_sum is asked to do. Samples are interleaved, `channels` per pixel.
typedef struct {
  size_t height;
  size_t width;
  size_t channels;
  // Normalised window weights of one axis; the window is their outer product.
  const double *taps;
  size_t tap_count;
  // Factor on variances and covariance: 1 for population moments, N / (N - 1) for sample moments.
  double covariance_factor;
  // The two stabilising constants in units of squared samples.
  double c1;
  double c2;
} ck_ssim_plan;

// Number of doubles that ck_ssim_sum_* needs as scratch.
size_t ck_ssim_scratch_count(const ck_ssim_plan *plan);

// Sum of the SSIM map over the region where the window fits and over the channels:
// (height - tap_count + 1) * (width - tap_count + 1) * channels values. Both sides must be at least
// tap_count.
double ck_ssim_sum_u8(const uint8_t *restrict a, const uint8_t *restrict b, const ck_ssim_plan *plan,
                      double *restrict scratch, int isa);
double ck_ssim_sum_f64(const double *restrict a, const double *restrict b, const ck_ssim_plan *plan,
                       double *restrict scratch, int isa);

// Filters the rows and then the columns of height * width doubles with `2 * radius + 1` symmetric taps, of
// which `half_taps` holds the centre and one side; the border is replicated. `scratch` holds height * width +
// width + 2 * radius doubles. `output` may be `input`.
void ck_blur_f64(const double *input, size_t height, size_t width, const double *half_taps, size_t radius,
                 double *output, double *restrict scratch, int isa);

/// Makes the allocator keep freed buffers of up to 32 MiB instead of handing them back to the system. Process-wide.
void ck_keep_freed_memory(void);

#endif
