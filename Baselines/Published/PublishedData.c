#include "PublishedData.h"

static const uint8_t paper_json[] = {
#embed "paper.json"
};
const size_t lvcd_published_paper_json_size = sizeof paper_json;

const uint8_t *lvcd_published_paper_bytes(void) { return paper_json; }
