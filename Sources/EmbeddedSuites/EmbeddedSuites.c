// Written by `lvcd-bench clips embed`; do not edit.
#include "EmbeddedSuites.h"

const lvcd_embedded_file lvcd_embedded_files[] = {
    {0, 0, 0},
};

const size_t lvcd_embedded_file_count = 0;
