#ifndef PUBLISHED_DATA_H
#define PUBLISHED_DATA_H

#include <stddef.h>
#include <stdint.h>

// Baselines/Published/paper.json: the tables of the paper as data.
// A function, because Swift imports a C array of unknown length as its first element.
const uint8_t *_Nonnull lvcd_published_paper_bytes(void);
extern const size_t lvcd_published_paper_json_size;

#endif
