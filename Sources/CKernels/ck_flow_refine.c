#include "internal/ck_flow_refine_body.h"

CK_FLOW_REFINE_VARIANT(generic, CK_TARGET_GENERIC)

size_t ck_flow_refine_scratch_count(size_t height, size_t width) {
  return PLANES * ck_flow_refine_plane(height, width);
}

void ck_flow_gradient(const float *from, size_t height, size_t width, float *dx, float *dy, int isa) {
  CK_DISPATCH(isa, ck_flow_gradient, from, height, width, dx, dy);
}

void ck_flow_refine(
    const ck_dis_level *level, const ck_flow_energy *energy, float *u, float *v, float *scratch, int isa) {
  CK_DISPATCH(isa, ck_flow_refine, level, energy, u, v, scratch);
}
