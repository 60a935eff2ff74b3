/* A text that is looked for in many others, without regard to the case of ASCII letters. */
#ifndef BASE_PART_H
#define BASE_PART_H

#include <stdbool.h>
#include <stddef.h>

struct text_part {
    size_t length;
    unsigned char text[]; /* in lower case */
};

/* free(); NULL: memory is out. */
struct text_part *text_part_create(const char *text);
/* As text_contains. */
bool text_part_in(const struct text_part *part, const void *bytes, size_t length);

#endif
