// Patch search and densification of dense inverse search. Plain loops in a fixed order without contraction: the same
// numbers on every machine.
#include <stddef.h>

#include "ck_variants.h"

#pragma clang fp contract(off)

enum { PATCH = CK_DIS_PATCH, AREA = CK_DIS_PATCH * CK_DIS_PATCH, CHANNELS = CK_DIS_CHANNELS };

// A patch of the first image with its gradients. Means stay: flat colours are what cartoons are made of.
typedef struct {
  float values[CHANNELS][AREA];
  float dx[CHANNELS][AREA];
  float dy[CHANNELS][AREA];
  float hxx, hxy, hyy;
} ck_dis_patch;

CK_BODY float ck_dis_clamp(float value, float low, float high) {
  return value < low ? low : value > high ? high : value;
}

CK_BODY void ck_dis_load(ck_dis_patch *p, const ck_dis_level *level, size_t left, size_t top) {
  p->hxx = p->hxy = p->hyy = 0;
  size_t plane = level->height * level->width;
  for (int c = 0; c < CHANNELS; c++) {
    for (int row = 0; row < PATCH; row++) {
      size_t from = c * plane + (top + row) * level->width + left;
      for (int column = 0; column < PATCH; column++) {
        p->values[c][row * PATCH + column] = level->first[from + column];
        p->dx[c][row * PATCH + column] = level->first_dx[from + column];
        p->dy[c][row * PATCH + column] = level->first_dy[from + column];
      }
    }
    for (int i = 0; i < AREA; i++) {
      p->hxx += p->dx[c][i] * p->dx[c][i];
      p->hxy += p->dx[c][i] * p->dy[c][i];
      p->hyy += p->dy[c][i] * p->dy[c][i];
    }
  }
}

// The patch of the second image at (left, top), bilinear, minus the first one's. Returns the sum of squares.
CK_BODY float ck_dis_residual(
    float out[CHANNELS][AREA], const ck_dis_patch *p, const ck_dis_level *level, float left, float top) {
  float border = CK_DIS_BORDER;
  float x = ck_dis_clamp(left, -border, (float)level->width - PATCH + border - 1);
  float y = ck_dis_clamp(top, -border, (float)level->height - PATCH + border - 1);
  float wholeX = __builtin_elementwise_floor(x), wholeY = __builtin_elementwise_floor(y);
  float right = x - wholeX, down = y - wholeY;
  float a = (1 - right) * (1 - down), b = right * (1 - down), c = (1 - right) * down, d = right * down;
  size_t stride = level->width + 2 * CK_DIS_BORDER;
  size_t plane = stride * (level->height + 2 * CK_DIS_BORDER);
  size_t start = (size_t)(wholeY + border) * stride + (size_t)(wholeX + border);
  float total = 0;
  for (int channel = 0; channel < CHANNELS; channel++) {
    const float *from = level->second + channel * plane + start;
    float *to = out[channel];
    for (int row = 0; row < PATCH; row++, from += stride) {
      for (int column = 0; column < PATCH; column++) {
        to[row * PATCH + column] = a * from[column] + b * from[column + 1] + c * from[stride + column] +
                                   d * from[stride + column + 1];
      }
    }
    float lanes[PATCH] = {0};
    for (int row = 0; row < PATCH; row++) {
      for (int lane = 0; lane < PATCH; lane++) {
        float difference = to[row * PATCH + lane] - p->values[channel][row * PATCH + lane];
        to[row * PATCH + lane] = difference;
        lanes[lane] += difference * difference;
      }
    }
    for (int lane = 0; lane < PATCH; lane++) total += lanes[lane];
  }
  return total;
}

CK_BODY float ck_dis_dot(const float a[CHANNELS][AREA], const float b[CHANNELS][AREA]) {
  float lanes[PATCH] = {0};
  for (int c = 0; c < CHANNELS; c++) {
    for (int row = 0; row < PATCH; row++) {
      for (int lane = 0; lane < PATCH; lane++) {
        lanes[lane] += a[c][row * PATCH + lane] * b[c][row * PATCH + lane];
      }
    }
  }
  float sum = 0;
  for (int lane = 0; lane < PATCH; lane++) sum += lanes[lane];
  return sum;
}

// Inverse compositional descent from (u, v); keeps the best place seen.
CK_BODY void ck_dis_descend(
    const ck_dis_patch *p, const ck_dis_level *level, float left, float top, int iterations, float *u, float *v,
    float *cost) {
  float difference[CHANNELS][AREA];
  // Damping keeps patches with edges of one direction from sliding along them.
  float damping = 0.01f * (p->hxx + p->hyy) + 1e-3f;
  float hxx = p->hxx + damping, hyy = p->hyy + damping;
  float scale = 1 / (hxx * hyy - p->hxy * p->hxy);
  float x = *u, y = *v, startX = x, startY = y;
  for (int i = 0; i < iterations; i++) {
    float now = ck_dis_residual(difference, p, level, left + x, top + y);
    if (i > 0 && now >= *cost) break;
    *cost = now;
    *u = x;
    *v = y;
    float bx = ck_dis_dot(difference, p->dx), by = ck_dis_dot(difference, p->dy);
    float stepX = (hyy * bx - p->hxy * by) * scale, stepY = (hxx * by - p->hxy * bx) * scale;
    x -= stepX;
    y -= stepY;
    float farX = x - startX, farY = y - startY;
    if (stepX * stepX + stepY * stepY < 1e-4f || farX * farX + farY * farY > PATCH * PATCH) break;
  }
}

CK_BODY float ck_dis_distance(float au, float av, float bu, float bv) {
  return (au - bu) * (au - bu) + (av - bv) * (av - bv);
}

// One sweep in reading order or against it: takes over a neighbour's vector where it matches better, then descends.
CK_BODY void ck_dis_sweep(
    const ck_dis_level *level, const ck_dis_grid *grid, int iterations, int backward, float *u, float *v,
    float *costs) {
  ck_dis_patch p;
  float difference[CHANNELS][AREA];
  size_t count = grid->rows * grid->columns;
  for (size_t step = 0; step < count; step++) {
    size_t index = backward ? count - 1 - step : step;
    size_t row = index / grid->columns, column = index % grid->columns;
    float left = (float)grid->lefts[column], top = (float)grid->tops[row];
    ck_dis_load(&p, level, grid->lefts[column], grid->tops[row]);
    float best = backward ? costs[index] : ck_dis_residual(difference, &p, level, left + u[index], top + v[index]);
    float fromU = u[index], fromV = v[index];
    int changed = !backward;
    ptrdiff_t side = backward ? 1 : -1;
    size_t neighbours[3];
    int found = 0;
    int hasColumn = backward ? column + 1 < grid->columns : column > 0;
    int hasRow = backward ? row + 1 < grid->rows : row > 0;
    ptrdiff_t down = side * (ptrdiff_t)grid->columns;
    if (hasColumn) neighbours[found++] = (size_t)((ptrdiff_t)index + side);
    if (hasRow) neighbours[found++] = (size_t)((ptrdiff_t)index + down);
    if (hasColumn && hasRow) neighbours[found++] = (size_t)((ptrdiff_t)index + side + down);
    for (int n = 0; n < found; n++) {
      float otherU = u[neighbours[n]], otherV = v[neighbours[n]];
      if (ck_dis_distance(otherU, otherV, fromU, fromV) < 0.0625f) continue;
      float cost = ck_dis_residual(difference, &p, level, left + otherU, top + otherV);
      if (cost < best) {
        best = cost;
        fromU = otherU;
        fromV = otherV;
        changed = 1;
      }
    }
    u[index] = fromU;
    v[index] = fromV;
    costs[index] = best;
    if (changed) ck_dis_descend(&p, level, left, top, iterations, &u[index], &v[index], &costs[index]);
  }
}

CK_BODY void ck_dis_search_body(
    const ck_dis_level *level, const ck_dis_grid *grid, int iterations, float *u, float *v, float *costs) {
  ck_dis_sweep(level, grid, iterations, 0, u, v, costs);
  ck_dis_sweep(level, grid, iterations, 1, u, v, costs);
}

// Adds one patch's vector to the pixels it covers, the more the better they match.
CK_BODY void ck_dis_spread(
    const ck_dis_level *level, size_t left, size_t top, float u, float v, float *sum_u, float *sum_v,
    float *weights) {
  float border = CK_DIS_BORDER;
  float x = ck_dis_clamp((float)left + u, -border, (float)level->width - PATCH + border - 1);
  float y = ck_dis_clamp((float)top + v, -border, (float)level->height - PATCH + border - 1);
  float wholeX = __builtin_elementwise_floor(x), wholeY = __builtin_elementwise_floor(y);
  float right = x - wholeX, down = y - wholeY;
  float a = (1 - right) * (1 - down), b = right * (1 - down), c = (1 - right) * down, d = right * down;
  size_t stride = level->width + 2 * CK_DIS_BORDER;
  size_t plane = stride * (level->height + 2 * CK_DIS_BORDER);
  size_t start = (size_t)(wholeY + border) * stride + (size_t)(wholeX + border);
  for (int row = 0; row < PATCH; row++) {
    size_t to = (top + row) * level->width + left;
    float error[PATCH] = {0};
    for (int channel = 0; channel < CHANNELS; channel++) {
      const float *from = level->second + channel * plane + start + row * stride;
      const float *first = level->first + channel * level->height * level->width + to;
      for (int column = 0; column < PATCH; column++) {
        float value = a * from[column] + b * from[column + 1] + c * from[stride + column] +
                      d * from[stride + column + 1] - first[column];
        error[column] += value * value;
      }
    }
    for (int column = 0; column < PATCH; column++) {
      float weight = 1 / (error[column] + 3.0f);
      sum_u[to + column] += weight * u;
      sum_v[to + column] += weight * v;
      weights[to + column] += weight;
    }
  }
}

CK_BODY void ck_dis_densify_body(
    const ck_dis_level *level, const ck_dis_grid *grid, const float *u, const float *v, float *dense_u,
    float *dense_v, float *weights) {
  size_t area = level->height * level->width;
  for (size_t i = 0; i < area; i++) dense_u[i] = dense_v[i] = weights[i] = 0;
  for (size_t row = 0; row < grid->rows; row++) {
    for (size_t column = 0; column < grid->columns; column++) {
      size_t index = row * grid->columns + column;
      ck_dis_spread(level, grid->lefts[column], grid->tops[row], u[index], v[index], dense_u, dense_v, weights);
    }
  }
  for (size_t i = 0; i < area; i++) {
    dense_u[i] /= weights[i];
    dense_v[i] /= weights[i];
  }
}

#define CK_DIS_VARIANT(suffix, target) \
  target void ck_dis_search_##suffix( \
      const ck_dis_level *level, const ck_dis_grid *grid, int iterations, float *u, float *v, float *costs) { \
    ck_dis_search_body(level, grid, iterations, u, v, costs); \
  } \
  target void ck_dis_densify_##suffix( \
      const ck_dis_level *level, const ck_dis_grid *grid, const float *u, const float *v, float *dense_u, \
      float *dense_v, float *weights) { \
    ck_dis_densify_body(level, grid, u, v, dense_u, dense_v, weights); \
  }
