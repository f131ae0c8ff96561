#include "EmbeddedSuites.h"
size_t lvcd_embedded_file_count(void) { return 0; }
lvcd_embedded_file_t lvcd_embedded_file(size_t index) { (void)index; return (lvcd_embedded_file_t){0}; }
