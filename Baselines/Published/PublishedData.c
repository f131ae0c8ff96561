#include "PublishedData.h"

const uint8_t lvcd_published_paper_json[] = {
#embed "paper.json"
};
const size_t lvcd_published_paper_json_size = sizeof lvcd_published_paper_json;
