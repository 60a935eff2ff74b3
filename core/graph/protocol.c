#include "graph/protocol.h"

#include <string.h>

uint32_t fields_number(struct fields *fields, uint32_t most)
{
    uint64_t value = 0;
    size_t digits = 0;
    while (!fields->bad && fields->at < fields->length && fields->data[fields->at] >= '0' &&
           fields->data[fields->at] <= '9' && digits < 10) {
        value = value * 10 + (uint64_t)(fields->data[fields->at++] - '0');
        digits++;
    }
    if (fields->bad || !digits || value > most || fields->at == fields->length ||
        fields->data[fields->at] != '\n') {
        fields->bad = true;
        return 0;
    }
    fields->at++;
    return (uint32_t)value;
}

const char *fields_text(struct fields *fields, size_t *length)
{
    *length = fields_number(fields, UINT32_MAX);
    if (fields->bad || *length >= fields->length - fields->at ||
        fields->data[fields->at + *length] != '\n') {
        fields->bad = true;
        *length = 0;
        return NULL;
    }
    const char *text = fields->data + fields->at;
    fields->at += *length + 1;
    return text;
}

bool fields_expect(struct fields *fields, const char *text)
{
    size_t length;
    const char *there = fields_text(fields, &length);
    if (!there || length != strlen(text) || memcmp(there, text, length) != 0)
        fields->bad = true;
    return !fields->bad;
}
