// Declares the variants of each kernel. A kernel's body is written once, in vectors of fixed length, and
// compiled per instruction set: every variant performs the same operations in the same order, so results are
// bit-identical.
#ifndef CK_VARIANTS_H
#define CK_VARIANTS_H

#include "CKernels.h"

#define CK_BODY static inline __attribute__((always_inline))

#define CK_TARGET_GENERIC
#define CK_TARGET_AVX2 __attribute__((target("avx2")))
#define CK_TARGET_AVX512 __attribute__((target("avx2,avx512f,avx512bw,avx512vl,avx512dq")))

#define CK_DECLARE(result, name, ...) \
  result name##_generic(__VA_ARGS__); \
  result name##_avx2(__VA_ARGS__);    \
  result name##_avx512(__VA_ARGS__);

#if defined(__x86_64__)
#define CK_DISPATCH(isa, name, ...)                     \
  ((isa) == CK_ISA_AVX512F ? name##_avx512(__VA_ARGS__) \
   : (isa) == CK_ISA_AVX2  ? name##_avx2(__VA_ARGS__)   \
                           : name##_generic(__VA_ARGS__))
#else
#define CK_DISPATCH(isa, name, ...) ((void)(isa), name##_generic(__VA_ARGS__))
#endif

CK_DECLARE(size_t, ck_edt, const uint8_t *restrict mask, size_t height, size_t width,
           int32_t *restrict squared, int32_t *restrict scratch)
CK_DECLARE(double, ck_root_difference, const int32_t *restrict a, const int32_t *restrict b, size_t count)
CK_DECLARE(uint64_t, ck_squared_error, const uint8_t *restrict a, const uint8_t *restrict b, size_t count)
CK_DECLARE(double, ck_ssim_u8, const uint8_t *restrict a, const uint8_t *restrict b, const ck_ssim_plan *plan,
           double *restrict scratch)
CK_DECLARE(double, ck_ssim_f64, const double *restrict a, const double *restrict b, const ck_ssim_plan *plan,
           double *restrict scratch)
CK_DECLARE(void, ck_blur, const double *input, size_t height, size_t width, const double *half_taps,
           size_t radius, double *output, double *restrict scratch)

CK_DECLARE(void, ck_dis_search, const ck_dis_level *level, const ck_dis_grid *grid, int iterations, float *u, float *v,
           float *costs)
CK_DECLARE(void, ck_dis_densify, const ck_dis_level *level, const ck_dis_grid *grid, const float *u, const float *v,
           float *dense_u, float *dense_v, float *weights)
CK_DECLARE(void, ck_flow_median, float *values, size_t height, size_t width, float *scratch)
CK_DECLARE(void, ck_flow_gradient, const float *from, size_t height, size_t width, float *dx, float *dy)
CK_DECLARE(void, ck_flow_refine, const ck_dis_level *level, const ck_flow_energy *energy, float *u, float *v,
           float *scratch)

#endif
