#include "EmbeddedSuites.h"
