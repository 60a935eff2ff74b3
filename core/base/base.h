/*
 * core/base - what every other room stands on: failures as values, checked
 * memory, text, interned names, times, whole files. Knows nothing of workflows.
 */
#ifndef BASE_H
#define BASE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/part.h"
#include "base/progress.h"
#include "base/symbols.h"
#include "base/text.h"

#endif
