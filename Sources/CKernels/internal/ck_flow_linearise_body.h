// Variational refinement of a dense flow, first part: how scratch memory is laid out, derivatives, and what the data say
// around the current flow.
#ifndef CK_FLOW_LINEARISE_BODY_H
#define CK_FLOW_LINEARISE_BODY_H

#include <string.h>

#include "ck_variants.h"

#pragma clang fp contract(off)

enum { CHANNELS = CK_DIS_CHANNELS, LANES = 16 };

typedef float ck_f32x16 __attribute__((vector_size(64), aligned(4)));

// Planes of the scratch memory, each of as many floats as ck_flow_refine_plane says.
enum {
  WARPED = 0,
  STEP_U = CHANNELS,
  STEP_V,
  // The flow with its step.
  FLOW_U,
  FLOW_V,
  A11,
  A12,
  A22,
  B1,
  B2,
  EDGE_X,
  EDGE_Y,
  RIGHT,
  DOWN,
  // The sum of a pixel's four weights of smoothness, times its flow.
  PULL_U,
  PULL_V,
  IX,
  IY = IX + CHANNELS,
  IZ = IY + CHANNELS,
  IXX = IZ + CHANNELS,
  IXY = IXX + CHANNELS,
  IYY = IXY + CHANNELS,
  IXZ = IYY + CHANNELS,
  IYZ = IXZ + CHANNELS,
  // A row of zeros: the smoothness above the first row.
  NONE = IYZ + CHANNELS,
  PLANES
};

// Floats of a plane: whole vectors.
CK_BODY size_t ck_flow_refine_plane(size_t height, size_t width) {
  return (height * width + LANES - 1) / LANES * LANES;
}

CK_BODY void ck_flow_derive(
    const float *restrict from, size_t height, size_t width, float *restrict dx, float *restrict dy) {
  for (size_t y = 0; y < height; y++) {
    const float *above = from + (y > 0 ? y - 1 : 0) * width, *below = from + (y + 1 < height ? y + 1 : y) * width;
    const float *row = from + y * width;
    float *across = dx + y * width, *down = dy + y * width;
    for (size_t x = 1; x + 1 < width; x++) across[x] = 0.5f * (row[x + 1] - row[x - 1]);
    across[0] = width > 1 ? 0.5f * (row[1] - row[0]) : 0;
    across[width - 1] = width > 1 ? 0.5f * (row[width - 1] - row[width - 2]) : 0;
    for (size_t x = 0; x < width; x++) down[x] = 0.5f * (below[x] - above[x]);
  }
}

CK_BODY float ck_flow_inside(float place, float low, float high) {
  return place < low ? low : place > high ? high : place;
}

// One row of the second image read at p + flow(p); places beyond the border read its edge. `at`, `right` and `down` are
// rows of scratch memory.
CK_BODY void ck_flow_warp_row(
    const ck_dis_level *level, size_t y, const float *restrict u, const float *restrict v, int32_t *restrict at,
    float *restrict right, float *restrict down, float *restrict to, size_t plane) {
  size_t width = level->width;
  const float border = CK_DIS_BORDER;
  size_t stride = width + 2 * CK_DIS_BORDER, source = stride * (level->height + 2 * CK_DIS_BORDER);
  float lastX = (float)width + border - 2, lastY = (float)level->height + border - 2;
  for (size_t x = 0; x < width; x++) {
    float px = ck_flow_inside((float)(int32_t)x + u[x], -border, lastX);
    float py = ck_flow_inside((float)(int32_t)y + v[x], -border, lastY);
    float wholeX = __builtin_elementwise_floor(px), wholeY = __builtin_elementwise_floor(py);
    right[x] = px - wholeX;
    down[x] = py - wholeY;
    at[x] = (int32_t)(wholeY + border) * (int32_t)stride + (int32_t)(wholeX + border);
  }
  for (int c = 0; c < CHANNELS; c++) {
    const float *from = level->second + c * source;
    for (size_t x = 0; x < width; x++) {
      const float *near = from + at[x];
      float above = near[0] * (1 - right[x]) + near[1] * right[x];
      float below = near[stride] * (1 - right[x]) + near[stride + 1] * right[x];
      to[c * plane + x] = above * (1 - down[x]) + below * down[x];
    }
  }
}

CK_BODY void ck_flow_edge_row(
    const ck_dis_level *level, size_t y, float factor, float *restrict across, float *restrict down) {
  size_t height = level->height, width = level->width, area = height * width;
  memset(across, 0, width * sizeof *across);
  memset(down, 0, width * sizeof *down);
  for (int c = 0; c < CHANNELS; c++) {
    const float *row = level->first + c * area + y * width, *next = y + 1 < height ? row + width : row;
    for (size_t x = 0; x + 1 < width; x++) across[x] += (row[x + 1] - row[x]) * (row[x + 1] - row[x]);
    for (size_t x = 0; x < width; x++) down[x] += (next[x] - row[x]) * (next[x] - row[x]);
  }
  for (size_t x = 0; x < width; x++) {
    across[x] = 1 / (1 + across[x] * factor);
    down[x] = 1 / (1 + down[x] * factor);
  }
}

// Smoothness between neighbours by how alike their colours are in the first image.
CK_BODY void ck_flow_edges(const ck_dis_level *level, float scale, float *across, float *down) {
  for (size_t y = 0; y < level->height; y++) {
    ck_flow_edge_row(level, y, 1 / (scale * scale), across + y * level->width, down + y * level->width);
  }
}

// Both images' derivatives are averaged.
CK_BODY void ck_flow_average(
    float *restrict to, const float *restrict a, const float *restrict b, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = 0.5f * (a[i] + b[i]);
}

CK_BODY void ck_flow_subtract(
    float *restrict to, const float *restrict a, const float *restrict b, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = a[i] - b[i];
}

CK_BODY void ck_flow_linearise(
    const ck_dis_level *level, const float *u, const float *v, float *s, size_t plane) {
  size_t height = level->height, width = level->width, area = height * width;
  for (size_t y = 0; y < height; y++) {
    ck_flow_warp_row(
        level, y, u + y * width, v + y * width, (int32_t *)(s + A12 * plane), s + A22 * plane, s + B1 * plane,
        s + WARPED * plane + y * width, plane);
  }
  for (int c = 0; c < CHANNELS; c++) {
    float *warped = s + (WARPED + c) * plane;
    float *ix = s + (IX + c) * plane, *iy = s + (IY + c) * plane, *iz = s + (IZ + c) * plane;
    // IXX and IYY hold the derivatives of the warped image for a moment.
    float *hx = s + (IXX + c) * plane, *hy = s + (IYY + c) * plane, *scrap = s + A11 * plane;
    ck_flow_derive(warped, height, width, hx, hy);
    ck_flow_average(ix, hx, level->first_dx + c * area, area);
    ck_flow_average(iy, hy, level->first_dy + c * area, area);
    ck_flow_subtract(iz, warped, level->first + c * area, area);
    ck_flow_derive(iz, height, width, s + (IXZ + c) * plane, s + (IYZ + c) * plane);
    ck_flow_derive(ix, height, width, hx, s + (IXY + c) * plane);
    ck_flow_derive(iy, height, width, scrap, hy);
  }
}

#endif
