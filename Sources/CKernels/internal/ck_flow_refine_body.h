// Variational refinement of a dense flow: linearise around the current flow, re-weight robustly, relax. Fixed order
// and no contraction: the same numbers on every machine, whatever the vector unit.
#include "ck_flow_linearise_body.h"

#pragma clang fp contract(off)

// Robust data term at the current step: coefficients of the normal equations per pixel. Each constancy is divided by
// its gradient, so that strong edges do not count more than weak ones (Zimmer et al. 2011).
CK_BODY void ck_flow_weigh_data(const ck_flow_energy *energy, float *s, size_t plane) {
  const float zeta = 0.1f, epsilon = 1e-6f;
#define AT(name) (*(ck_f32x16 *)(s + (name)*plane + i))
  for (size_t i = 0; i < plane; i += LANES) {
    ck_f32x16 du = AT(STEP_U), dv = AT(STEP_V);
    ck_f32x16 error = {0}, g11 = {0}, g12 = {0}, g22 = {0}, g1 = {0}, g2 = {0};
    ck_f32x16 gradient = {0}, h11 = {0}, h12 = {0}, h22 = {0}, h1 = {0}, h2 = {0};
    for (int c = 0; c < CHANNELS; c++) {
      ck_f32x16 ix = AT(IX + c), iy = AT(IY + c), iz = AT(IZ + c);
      ck_f32x16 weight = 1 / (ix * ix + iy * iy + zeta);
      ck_f32x16 left = iz + ix * du + iy * dv;
      error += weight * left * left;
      g11 += weight * ix * ix;
      g12 += weight * ix * iy;
      g22 += weight * iy * iy;
      g1 += weight * ix * iz;
      g2 += weight * iy * iz;
      ck_f32x16 ixx = AT(IXX + c), ixy = AT(IXY + c), iyy = AT(IYY + c), ixz = AT(IXZ + c), iyz = AT(IYZ + c);
      ck_f32x16 wx = 1 / (ixx * ixx + ixy * ixy + zeta), wy = 1 / (ixy * ixy + iyy * iyy + zeta);
      ck_f32x16 leftX = ixz + ixx * du + ixy * dv, leftY = iyz + ixy * du + iyy * dv;
      gradient += wx * leftX * leftX + wy * leftY * leftY;
      h11 += wx * ixx * ixx + wy * ixy * ixy;
      h12 += wx * ixx * ixy + wy * ixy * iyy;
      h22 += wx * ixy * ixy + wy * iyy * iyy;
      h1 += wx * ixx * ixz + wy * ixy * iyz;
      h2 += wx * ixy * ixz + wy * iyy * iyz;
    }
    ck_f32x16 p = energy->colour / __builtin_elementwise_sqrt(error + epsilon);
    ck_f32x16 q = energy->gradient / __builtin_elementwise_sqrt(gradient + epsilon);
    AT(A11) = p * g11 + q * h11;
    AT(A12) = p * g12 + q * h12;
    AT(A22) = p * g22 + q * h22;
    AT(B1) = -(p * g1 + q * h1);
    AT(B2) = -(p * g2 + q * h2);
  }
#undef AT
}

// Robust smoothness between each pixel of a row and its right and lower neighbour, from the flow with its step.
CK_BODY void ck_flow_smoothness_row(
    float smoothness, const float *restrict u, const float *restrict v, const float *restrict below_u,
    const float *restrict below_v, const float *restrict edge_x, const float *restrict edge_y, size_t width,
    float *restrict across, float *restrict down) {
  for (size_t x = 0; x + 1 < width; x++) {
    float xu = u[x + 1] - u[x], xv = v[x + 1] - v[x], yu = below_u[x] - u[x], yv = below_v[x] - v[x];
    float robust = smoothness / __builtin_elementwise_sqrt(xu * xu + xv * xv + yu * yu + yv * yv + 1e-6f);
    across[x] = robust * edge_x[x];
    down[x] = robust * edge_y[x];
  }
  size_t x = width - 1;
  float yu = below_u[x] - u[x], yv = below_v[x] - v[x];
  across[x] = 0;
  down[x] = smoothness / __builtin_elementwise_sqrt(yu * yu + yv * yv + 1e-6f) * edge_y[x];
}

// What does not change while relaxing: the weights' sums in the diagonal, and times the flow.
CK_BODY void ck_flow_gather_row(
    const float *restrict across, const float *restrict down, const float *restrict up, const float *restrict u,
    const float *restrict v, size_t width, float *restrict a11, float *restrict a22, float *restrict pull_u,
    float *restrict pull_v) {
  for (size_t x = 0; x < width; x++) {
    float sum = across[x] + down[x] + (x > 0 ? across[x - 1] : 0) + up[x];
    a11[x] = a11[x] + sum + 1e-9f;
    a22[x] = a22[x] + sum + 1e-9f;
    pull_u[x] = sum * u[x];
    pull_v[x] = sum * v[x];
  }
}

CK_BODY void ck_flow_weigh_smoothness(
    const ck_flow_energy *energy, const float *u, const float *v, float *s, size_t height, size_t width,
    size_t plane) {
  const float *flow_u = s + FLOW_U * plane, *flow_v = s + FLOW_V * plane;
  float *across = s + RIGHT * plane, *down = s + DOWN * plane;
  for (size_t y = 0; y < height; y++) {
    size_t i = y * width, below = y + 1 < height ? i + width : i;
    ck_flow_smoothness_row(
        energy->smoothness, flow_u + i, flow_v + i, flow_u + below, flow_v + below, s + EDGE_X * plane + i,
        s + EDGE_Y * plane + i, width, across + i, down + i);
    if (y + 1 == height) memset(down + i, 0, width * sizeof *down);
    ck_flow_gather_row(
        across + i, down + i, y > 0 ? down + i - width : s + NONE * plane, u + i, v + i, width,
        s + A11 * plane + i, s + A22 * plane + i, s + PULL_U * plane + i, s + PULL_V * plane + i);
  }
}

// Rows that one row of relaxation reads and writes.
typedef struct {
  const float *across, *down, *up, *a11, *a12, *a22, *b1, *b2, *pull_u, *pull_v;
  const float *u, *v, *above_u, *above_v, *below_u, *below_v;
  float *du, *dv;
} ck_relaxed_rows;

typedef int ck_i32x16 __attribute__((vector_size(64), aligned(4)));

// The steps at column `x` (`l` and `r` are its neighbours), of one pixel or of sixteen, into `new_u` and `new_v`.
#define CK_RELAX(TYPE, x, l, r, wl) \
  TYPE wr = *(TYPE *)(p->across + x), wd = *(TYPE *)(p->down + x), wu = *(TYPE *)(p->up + x); \
  TYPE from_u = wr * *(TYPE *)(p->u + r) + wd * *(TYPE *)(p->below_u + x) + wl * *(TYPE *)(p->u + l) + \
                wu * *(TYPE *)(p->above_u + x); \
  TYPE from_v = wr * *(TYPE *)(p->v + r) + wd * *(TYPE *)(p->below_v + x) + wl * *(TYPE *)(p->v + l) + \
                wu * *(TYPE *)(p->above_v + x); \
  TYPE a12 = *(TYPE *)(p->a12 + x), old_u = *(TYPE *)(p->du + x), old_v = *(TYPE *)(p->dv + x); \
  TYPE bu = *(TYPE *)(p->b1 + x) + from_u - *(TYPE *)(p->pull_u + x) - a12 * old_v; \
  TYPE new_u = old_u + omega * (bu / *(TYPE *)(p->a11 + x) - old_u); \
  TYPE bv = *(TYPE *)(p->b2 + x) + from_v - *(TYPE *)(p->pull_v + x) - a12 * new_u; \
  TYPE new_v = old_v + omega * (bv / *(TYPE *)(p->a22 + x) - old_v);

CK_BODY void ck_flow_relax_pixel(const ck_relaxed_rows *p, float omega, size_t x, size_t width) {
  size_t l = x > 0 ? x - 1 : x, r = x + 1 < width ? x + 1 : x;
  float wl = x > 0 ? p->across[x - 1] : 0;
  CK_RELAX(float, x, l, r, wl)
  p->du[x] = new_u;
  p->dv[x] = new_v;
}

// Relaxes every second pixel of a row, from `first` on. Sixteen neighbours are computed at once, and every second one
// keeps what it has: it reads and changes nothing that the others need.
CK_BODY void ck_flow_relax_row(const ck_relaxed_rows *p, float omega, size_t first, size_t width) {
  ck_i32x16 changes;
  for (size_t lane = 0; lane < LANES; lane++) changes[lane] = (1 + lane) % 2 == first ? -1 : 0;
  if (first == 0) ck_flow_relax_pixel(p, omega, 0, width);
  size_t x = 1;
  for (; x + LANES < width; x += LANES) {
    ck_f32x16 wl = *(ck_f32x16 *)(p->across + x - 1);
    CK_RELAX(ck_f32x16, x, x - 1, x + 1, wl)
    *(ck_i32x16 *)(p->du + x) = (changes & (ck_i32x16)new_u) | (~changes & (ck_i32x16)old_u);
    *(ck_i32x16 *)(p->dv + x) = (changes & (ck_i32x16)new_v) | (~changes & (ck_i32x16)old_v);
  }
  if (x % 2 != first) x++;
  for (; x < width; x += 2) ck_flow_relax_pixel(p, omega, x, width);
}

CK_BODY void ck_flow_add(float *restrict to, const float *restrict a, const float *restrict b, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = a[i] + b[i];
}

// Successive over-relaxation of the pixels of one colour of the checkerboard in one row.
CK_BODY void ck_flow_relax(
    const float *u, const float *v, float *s, size_t height, size_t width, size_t plane, size_t y, size_t colour) {
  const float omega = 1.6f;
  float *flow_u = s + FLOW_U * plane, *flow_v = s + FLOW_V * plane;
  size_t i = y * width, above = y > 0 ? i - width : i, below = y + 1 < height ? i + width : i;
  ck_relaxed_rows rows = {
      s + RIGHT * plane + i, s + DOWN * plane + i, y > 0 ? s + DOWN * plane + above : s + NONE * plane,
      s + A11 * plane + i, s + A12 * plane + i, s + A22 * plane + i, s + B1 * plane + i, s + B2 * plane + i,
      s + PULL_U * plane + i, s + PULL_V * plane + i, flow_u + i, flow_v + i, flow_u + above, flow_v + above,
      flow_u + below, flow_v + below, s + STEP_U * plane + i, s + STEP_V * plane + i};
  ck_flow_relax_row(&rows, omega, (y + colour) % 2, width);
  ck_flow_add(flow_u + i, u + i, rows.du, width);
  ck_flow_add(flow_v + i, v + i, rows.dv, width);
}

// Sweeps over both colours, each one row behind the one before: rows stay near the processor for all of them, and every
// pixel reads what it would if the sweeps followed one another.
CK_BODY void ck_flow_sweep(
    const float *u, const float *v, float *s, size_t height, size_t width, size_t plane, size_t sweeps) {
  for (size_t step = 0; step + 1 < height + 2 * sweeps; step++) {
    for (size_t half = 0; half < 2 * sweeps && half <= step; half++) {
      if (step - half < height) ck_flow_relax(u, v, s, height, width, plane, step - half, half % 2);
    }
  }
}

CK_BODY void ck_flow_refine_body(
    const ck_dis_level *level, const ck_flow_energy *energy, float *u, float *v, float *s) {
  size_t height = level->height, width = level->width, area = height * width;
  size_t plane = ck_flow_refine_plane(height, width);
  memset(s + NONE * plane, 0, plane * sizeof *s);
  ck_flow_edges(level, energy->edge, s + EDGE_X * plane, s + EDGE_Y * plane);
  for (int warps = 0; warps < energy->warps; warps++) {
    ck_flow_linearise(level, u, v, s, plane);
    memset(s + STEP_U * plane, 0, 2 * plane * sizeof *s);
    memcpy(s + FLOW_U * plane, u, area * sizeof *u);
    memcpy(s + FLOW_V * plane, v, area * sizeof *v);
    for (int weighting = 0; weighting < energy->reweightings; weighting++) {
      ck_flow_weigh_data(energy, s, plane);
      ck_flow_weigh_smoothness(energy, u, v, s, height, width, plane);
      ck_flow_sweep(u, v, s, height, width, plane, (size_t)energy->sweeps);
    }
    memcpy(u, s + FLOW_U * plane, area * sizeof *u);
    memcpy(v, s + FLOW_V * plane, area * sizeof *v);
  }
}

#define CK_FLOW_REFINE_VARIANT(suffix, target) \
  target void ck_flow_refine_##suffix( \
      const ck_dis_level *level, const ck_flow_energy *energy, float *u, float *v, float *scratch) { \
    ck_flow_refine_body(level, energy, u, v, scratch); \
  } \
  target void ck_flow_gradient_##suffix(const float *from, size_t height, size_t width, float *dx, float *dy) { \
    ck_flow_derive(from, height, width, dx, dy); \
  }
