#ifndef PUBLISHED_DATA_H
#define PUBLISHED_DATA_H

#include <stddef.h>
#include <stdint.h>

// Baselines/Published/paper.json: the tables of the paper as data.
extern const uint8_t lvcd_published_paper_json[];
extern const size_t lvcd_published_paper_json_size;

#endif
