#include "internal/ck_dis_search_body.h"

CK_DIS_VARIANT(generic, CK_TARGET_GENERIC)

void ck_dis_search(
    const ck_dis_level *level, const ck_dis_grid *grid, int iterations, float *u, float *v, float *costs, int isa) {
  CK_DISPATCH(isa, ck_dis_search, level, grid, iterations, u, v, costs);
}

void ck_dis_densify(
    const ck_dis_level *level, const ck_dis_grid *grid, const float *u, const float *v, float *dense_u,
    float *dense_v, float *weights, int isa) {
  CK_DISPATCH(isa, ck_dis_densify, level, grid, u, v, dense_u, dense_v, weights);
}
