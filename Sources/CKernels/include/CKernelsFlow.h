#ifndef CKERNELS_FLOW_H
#define CKERNELS_FLOW_H

#include <stddef.h>

// `isa` is one of CK_ISA_*; every one gives the same bits.
//
// Dense inverse search (Kroeger et al. 2016) on colour images: planes of `height * width` floats, one per channel.
enum {
  CK_DIS_CHANNELS = 3,
  // Side of a patch.
  CK_DIS_PATCH = 8,
  // Repeated edge pixels around the second image.
  CK_DIS_BORDER = 16
};

// One level of the two pyramids.
typedef struct {
  size_t height;
  size_t width;
  // The first image and its derivatives.
  const float *first;
  const float *first_dx;
  const float *first_dy;
  // The second image with its border: planes of (height + 2 border) * (width + 2 border).
  const float *second;
} ck_dis_level;

// Where patches lie; they must cover every pixel.
typedef struct {
  size_t rows;
  size_t columns;
  const size_t *lefts;
  const size_t *tops;
} ck_dis_grid;

// Improves the vector of every patch (rows * columns): two sweeps that take over neighbours' vectors, each followed by
// up to `iterations` steps of descent. `costs` has room for one number per patch.
void ck_dis_search(
    const ck_dis_level *level, const ck_dis_grid *grid, int iterations, float *u, float *v, float *costs, int isa);

// One vector per pixel: the mean of the patches that cover it, weighted by how well they match there.
void ck_dis_densify(
    const ck_dis_level *level, const ck_dis_grid *grid, const float *u, const float *v, float *dense_u,
    float *dense_v, float *weights, int isa);

// Number of floats that ck_flow_median needs as scratch.
size_t ck_flow_median_scratch_count(size_t height, size_t width);

// Replaces each value by the median of its 5x5 neighbourhood, edges repeated.
void ck_flow_median(float *values, size_t height, size_t width, float *scratch, int isa);

// Weights of the energy that refinement lowers.
typedef struct {
  // Constancy of colour, constancy of its gradient, smoothness of the flow.
  float colour;
  float gradient;
  float smoothness;
  // Colour difference of neighbours, 0 to 255, at which smoothness between them is halved.
  float edge;
  // Re-linearisations, robust re-weightings per linearisation, and relaxation sweeps per re-weighting.
  int warps;
  int reweightings;
  int sweeps;
} ck_flow_energy;

// Central differences of a plane, half the one-sided difference at its edges.
void ck_flow_gradient(const float *from, size_t height, size_t width, float *dx, float *dy, int isa);

// Number of floats that ck_flow_refine needs as scratch.
size_t ck_flow_refine_scratch_count(size_t height, size_t width);

// Lowers a robust energy of colour constancy, gradient constancy and smoothness (Brox et al. 2004), starting from the
// flow given. `second` has a border as in ck_dis_level.
void ck_flow_refine(
    const ck_dis_level *level, const ck_flow_energy *energy, float *u, float *v, float *scratch, int isa);

#endif
