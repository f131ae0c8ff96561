// Variational refinement of a dense flow: linearise around the current flow, re-weight robustly, relax. Fixed order and no
// contraction: the same numbers on every machine.
#include "CKernels.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

enum { CHANNELS = CK_DIS_CHANNELS };

// Planes of the scratch memory, each of height * width floats.
enum {
  WARPED = 0,
  STEP_U = CHANNELS,
  STEP_V,
  A11,
  A12,
  A22,
  B1,
  B2,
  EDGE_X,
  EDGE_Y,
  RIGHT,
  DOWN,
  IX,
  IY = IX + CHANNELS,
  IZ = IY + CHANNELS,
  IXX = IZ + CHANNELS,
  IXY = IXX + CHANNELS,
  IYY = IXY + CHANNELS,
  IXZ = IYY + CHANNELS,
  IYZ = IXZ + CHANNELS,
  PLANES = IYZ + CHANNELS
};

size_t ck_flow_refine_scratch_count(size_t height, size_t width) { return PLANES * height * width; }

static void derive(const float *from, size_t height, size_t width, float *dx, float *dy) {
  for (size_t y = 0; y < height; y++) {
    size_t above = (y > 0 ? y - 1 : 0) * width, below = (y + 1 < height ? y + 1 : y) * width;
    const float *row = from + y * width;
    for (size_t x = 1; x + 1 < width; x++) dx[y * width + x] = 0.5f * (row[x + 1] - row[x - 1]);
    dx[y * width] = width > 1 ? 0.5f * (row[1] - row[0]) : 0;
    dx[y * width + width - 1] = width > 1 ? 0.5f * (row[width - 1] - row[width - 2]) : 0;
    for (size_t x = 0; x < width; x++) dy[y * width + x] = 0.5f * (from[below + x] - from[above + x]);
  }
}

void ck_flow_gradient(const float *from, size_t height, size_t width, float *dx, float *dy) {
  derive(from, height, width, dx, dy);
}

// The second image read at p + flow(p); places beyond the border read its edge.
static void warp(const ck_dis_level *level, const float *u, const float *v, float *to) {
  size_t height = level->height, width = level->width, area = height * width;
  float border = CK_DIS_BORDER;
  size_t stride = width + 2 * CK_DIS_BORDER, plane = stride * (height + 2 * CK_DIS_BORDER);
  for (size_t y = 0; y < height; y++) {
    for (size_t x = 0; x < width; x++) {
      size_t i = y * width + x;
      float px = (float)x + u[i], py = (float)y + v[i];
      px = px < -border ? -border : px > (float)width + border - 2 ? (float)width + border - 2 : px;
      py = py < -border ? -border : py > (float)height + border - 2 ? (float)height + border - 2 : py;
      float wholeX = floorf(px), wholeY = floorf(py), right = px - wholeX, down = py - wholeY;
      size_t at = (size_t)(wholeY + border) * stride + (size_t)(wholeX + border);
      for (int c = 0; c < CHANNELS; c++) {
        const float *from = level->second + c * plane + at;
        float above = from[0] * (1 - right) + from[1] * right;
        float below = from[stride] * (1 - right) + from[stride + 1] * right;
        to[c * area + i] = above * (1 - down) + below * down;
      }
    }
  }
}

// Smoothness between neighbours by how alike their colours are in the first image.
static void edges(const ck_dis_level *level, float scale, float *across, float *down) {
  size_t height = level->height, width = level->width, area = height * width;
  float factor = 1 / (scale * scale);
  for (size_t y = 0; y < height; y++) {
    for (size_t x = 0; x < width; x++) {
      size_t i = y * width + x, right = x + 1 < width ? i + 1 : i, below = y + 1 < height ? i + width : i;
      float dx = 0, dy = 0;
      for (int c = 0; c < CHANNELS; c++) {
        const float *plane = level->first + c * area;
        dx += (plane[right] - plane[i]) * (plane[right] - plane[i]);
        dy += (plane[below] - plane[i]) * (plane[below] - plane[i]);
      }
      across[i] = 1 / (1 + dx * factor);
      down[i] = 1 / (1 + dy * factor);
    }
  }
}

static void linearise(const ck_dis_level *level, const float *u, const float *v, float *s, size_t area) {
  size_t height = level->height, width = level->width;
  warp(level, u, v, s + WARPED * area);
  for (int c = 0; c < CHANNELS; c++) {
    const float *first = level->first + c * area, *warped = s + (WARPED + c) * area;
    float *ix = s + (IX + c) * area, *iy = s + (IY + c) * area, *iz = s + (IZ + c) * area;
    // Both images' derivatives are averaged; IXX and IYY hold those of the warped image for a moment.
    float *hx = s + (IXX + c) * area, *hy = s + (IYY + c) * area, *scrap = s + A11 * area;
    derive(warped, height, width, hx, hy);
    for (size_t i = 0; i < area; i++) {
      ix[i] = 0.5f * (hx[i] + level->first_dx[c * area + i]);
      iy[i] = 0.5f * (hy[i] + level->first_dy[c * area + i]);
      iz[i] = warped[i] - first[i];
    }
    derive(iz, height, width, s + (IXZ + c) * area, s + (IYZ + c) * area);
    derive(ix, height, width, hx, s + (IXY + c) * area);
    derive(iy, height, width, scrap, hy);
  }
}

// Robust data term at the current step: coefficients of the normal equations per pixel. Each constancy is divided by
// its gradient, so that strong edges do not count more than weak ones (Zimmer et al. 2011).
static void weigh_data(const ck_flow_energy *energy, float *s, size_t area) {
  const float *du = s + STEP_U * area, *dv = s + STEP_V * area;
  const float zeta = 0.1f, epsilon = 1e-6f;
  for (size_t i = 0; i < area; i++) {
    float a11 = 0, a12 = 0, a22 = 0, b1 = 0, b2 = 0;
    float error = 0, g11 = 0, g12 = 0, g22 = 0, g1 = 0, g2 = 0;
    float gradient = 0, h11 = 0, h12 = 0, h22 = 0, h1 = 0, h2 = 0;
    for (int c = 0; c < CHANNELS; c++) {
      float ix = s[(IX + c) * area + i], iy = s[(IY + c) * area + i], iz = s[(IZ + c) * area + i];
      float weight = 1 / (ix * ix + iy * iy + zeta);
      float left = iz + ix * du[i] + iy * dv[i];
      error += weight * left * left;
      g11 += weight * ix * ix;
      g12 += weight * ix * iy;
      g22 += weight * iy * iy;
      g1 += weight * ix * iz;
      g2 += weight * iy * iz;
      float ixx = s[(IXX + c) * area + i], ixy = s[(IXY + c) * area + i], iyy = s[(IYY + c) * area + i];
      float ixz = s[(IXZ + c) * area + i], iyz = s[(IYZ + c) * area + i];
      float wx = 1 / (ixx * ixx + ixy * ixy + zeta), wy = 1 / (ixy * ixy + iyy * iyy + zeta);
      float leftX = ixz + ixx * du[i] + ixy * dv[i], leftY = iyz + ixy * du[i] + iyy * dv[i];
      gradient += wx * leftX * leftX + wy * leftY * leftY;
      h11 += wx * ixx * ixx + wy * ixy * ixy;
      h12 += wx * ixx * ixy + wy * ixy * iyy;
      h22 += wx * ixy * ixy + wy * iyy * iyy;
      h1 += wx * ixx * ixz + wy * ixy * iyz;
      h2 += wx * ixy * ixz + wy * iyy * iyz;
    }
    float p = energy->colour / sqrtf(error + epsilon), q = energy->gradient / sqrtf(gradient + epsilon);
    a11 = p * g11 + q * h11;
    a12 = p * g12 + q * h12;
    a22 = p * g22 + q * h22;
    b1 = -(p * g1 + q * h1);
    b2 = -(p * g2 + q * h2);
    s[A11 * area + i] = a11;
    s[A12 * area + i] = a12;
    s[A22 * area + i] = a22;
    s[B1 * area + i] = b1;
    s[B2 * area + i] = b2;
  }
}

// Robust smoothness between each pixel and its right and lower neighbour.
static void weigh_smoothness(
    const ck_flow_energy *energy, const float *u, const float *v, float *s, size_t height, size_t width) {
  size_t area = height * width;
  const float *du = s + STEP_U * area, *dv = s + STEP_V * area;
  float *across = s + RIGHT * area, *down = s + DOWN * area;
  for (size_t y = 0; y < height; y++) {
    for (size_t x = 0; x < width; x++) {
      size_t i = y * width + x, right = x + 1 < width ? i + 1 : i, below = y + 1 < height ? i + width : i;
      float here_u = u[i] + du[i], here_v = v[i] + dv[i];
      float xu = u[right] + du[right] - here_u, xv = v[right] + dv[right] - here_v;
      float yu = u[below] + du[below] - here_u, yv = v[below] + dv[below] - here_v;
      float robust = energy->smoothness / sqrtf(xu * xu + xv * xv + yu * yu + yv * yv + 1e-6f);
      across[i] = x + 1 < width ? robust * s[EDGE_X * area + i] : 0;
      down[i] = y + 1 < height ? robust * s[EDGE_Y * area + i] : 0;
    }
  }
}

// One sweep of successive over-relaxation over the pixels of one colour of the checkerboard.
static void relax(
    const float *u, const float *v, float *s, size_t height, size_t width, size_t colour) {
  const float omega = 1.6f;
  size_t area = height * width;
  float *du = s + STEP_U * area, *dv = s + STEP_V * area;
  const float *across = s + RIGHT * area, *down = s + DOWN * area;
  for (size_t y = 0; y < height; y++) {
    for (size_t x = (y + colour) % 2; x < width; x += 2) {
      size_t i = y * width + x;
      float wr = across[i], wd = down[i];
      float wl = x > 0 ? across[i - 1] : 0, wu = y > 0 ? down[i - width] : 0;
      size_t r = x + 1 < width ? i + 1 : i, d = y + 1 < height ? i + width : i;
      size_t l = x > 0 ? i - 1 : i, t = y > 0 ? i - width : i;
      float sum = wr + wd + wl + wu;
      float pull_u = wr * (u[r] + du[r]) + wd * (u[d] + du[d]) + wl * (u[l] + du[l]) + wu * (u[t] + du[t]);
      float pull_v = wr * (v[r] + dv[r]) + wd * (v[d] + dv[d]) + wl * (v[l] + dv[l]) + wu * (v[t] + dv[t]);
      float a12 = s[A12 * area + i];
      float bu = s[B1 * area + i] + pull_u - sum * u[i] - a12 * dv[i];
      du[i] += omega * (bu / (s[A11 * area + i] + sum + 1e-9f) - du[i]);
      float bv = s[B2 * area + i] + pull_v - sum * v[i] - a12 * du[i];
      dv[i] += omega * (bv / (s[A22 * area + i] + sum + 1e-9f) - dv[i]);
    }
  }
}

void ck_flow_refine(
    const ck_dis_level *level, const ck_flow_energy *energy, float *u, float *v, float *scratch) {
  size_t height = level->height, width = level->width, area = height * width;
  float *du = scratch + STEP_U * area, *dv = scratch + STEP_V * area;
  edges(level, energy->edge, scratch + EDGE_X * area, scratch + EDGE_Y * area);
  for (int warps = 0; warps < energy->warps; warps++) {
    linearise(level, u, v, scratch, area);
    for (size_t i = 0; i < area; i++) du[i] = dv[i] = 0;
    for (int weighting = 0; weighting < energy->reweightings; weighting++) {
      weigh_data(energy, scratch, area);
      weigh_smoothness(energy, u, v, scratch, height, width);
      for (int sweep = 0; sweep < energy->sweeps; sweep++) {
        relax(u, v, scratch, height, width, 0);
        relax(u, v, scratch, height, width, 1);
      }
    }
    for (size_t i = 0; i < area; i++) {
      u[i] += du[i];
      v[i] += dv[i];
    }
  }
}
