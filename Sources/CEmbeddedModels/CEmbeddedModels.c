#include "CEmbeddedModels.h"

// Weights in half precision that this project trained on its own generated animation (Training/README.md);
// licence Apache-2.0, as the program.
_Alignas(64) static const unsigned char lvcd_mini[] = {
#embed "Models/lvcd-mini.safetensors"
};
_Alignas(64) static const unsigned char lvcd_mini_no_reference_attention[] = {
#embed "Models/lvcd-mini-no-reference-attention.safetensors"
};
_Alignas(64) static const unsigned char raft_small[] = {
#embed "Models/raft-small-project.safetensors"
};

static const lvcd_embedded_model models[] = {
    {"lvcd-mini", lvcd_colorizer, lvcd_mini, sizeof lvcd_mini},
    {"lvcd-mini-no-reference-attention", lvcd_colorizer, lvcd_mini_no_reference_attention,
     sizeof lvcd_mini_no_reference_attention},
    {"raft-small-project", lvcd_flow, raft_small, sizeof raft_small},
};

size_t lvcd_embedded_model_count(void) { return sizeof models / sizeof models[0]; }

lvcd_embedded_model lvcd_embedded_model_at(size_t index) { return models[index]; }
