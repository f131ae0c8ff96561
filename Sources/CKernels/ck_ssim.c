#include "internal/ck_ssim_body.h"

CK_SSIM_VARIANT(generic, CK_TARGET_GENERIC)

size_t ck_ssim_scratch_count(const ck_ssim_plan *plan) {
  const size_t stride = ck_ssim_row_stride(plan);
  const size_t overhang = plan->tap_count * plan->channels + CK_SSIM_LANES;
  return CK_SSIM_MOMENTS * stride * (plan->tap_count + 1) + overhang;
}

double ck_ssim_sum_u8(const uint8_t *restrict a, const uint8_t *restrict b, const ck_ssim_plan *plan,
                      double *restrict scratch, int isa) {
  return CK_DISPATCH(isa, ck_ssim_u8, a, b, plan, scratch);
}

double ck_ssim_sum_f64(const double *restrict a, const double *restrict b, const ck_ssim_plan *plan,
                       double *restrict scratch, int isa) {
  return CK_DISPATCH(isa, ck_ssim_f64, a, b, plan, scratch);
}
