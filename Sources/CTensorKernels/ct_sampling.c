#include "internal/ct_dispatch.h"

#define CT_NAME(name) name##_generic
#define CT_TARGET
#include "internal/ct_sampling_body.h"

void ct_correlation_windows(
    float *to, size_t stride, const float *planes, size_t height, size_t width, const float *x, const float *y,
    size_t count, float scale, int radius, ct_vector vector) {
  CT_DISPATCH(ct_correlation_windows, to, stride, planes, height, width, x, y, count, scale, radius)
}

void ct_sample(
    float *to, size_t stride, const float *planes, const ct_sampling *sampling, const float *places, size_t count,
    ct_vector vector) {
  CT_DISPATCH(ct_sample, to, stride, planes, sampling, places, count)
}
