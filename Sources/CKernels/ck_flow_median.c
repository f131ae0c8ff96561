#include "internal/ck_flow_median_body.h"

CK_FLOW_MEDIAN_VARIANT(generic, CK_TARGET_GENERIC)

size_t ck_flow_median_scratch_count(size_t height, size_t width) {
  return (height + 2 * REACH) * ck_median_stride(width);
}

void ck_flow_median(float *values, size_t height, size_t width, float *scratch, int isa) {
  CK_DISPATCH(isa, ck_flow_median, values, height, width, scratch);
}
