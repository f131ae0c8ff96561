#include "internal/ck_pixels_body.h"

CK_PIXELS_VARIANT(generic, CK_TARGET_GENERIC)

void ck_sqrt_i32_f32(const int32_t *restrict values, size_t count, float *restrict roots) {
  for (size_t i = 0; i < count; i++) roots[i] = __builtin_sqrtf((float)values[i]);
}

double ck_root_difference_energy_isa(const int32_t *restrict a, const int32_t *restrict b, size_t count,
                                     int isa) {
  return CK_DISPATCH(isa, ck_root_difference, a, b, count);
}

double ck_root_difference_energy(const int32_t *restrict a, const int32_t *restrict b, size_t count) {
  return ck_root_difference_energy_isa(a, b, count, ck_isa());
}

uint64_t ck_squared_error_u8_isa(const uint8_t *restrict a, const uint8_t *restrict b, size_t count,
                                 int isa) {
  return CK_DISPATCH(isa, ck_squared_error, a, b, count);
}

uint64_t ck_squared_error_u8(const uint8_t *restrict a, const uint8_t *restrict b, size_t count) {
  return ck_squared_error_u8_isa(a, b, count, ck_isa());
}

void ck_blur_f64(const double *input, size_t height, size_t width, const double *half_taps, size_t radius,
                 double *output, double *restrict scratch, int isa) {
  CK_DISPATCH(isa, ck_blur, input, height, width, half_taps, radius, output, scratch);
}
