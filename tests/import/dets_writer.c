#include "tests/import/dets_writer.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void number(struct text *text, uint64_t value, unsigned bytes)
{
    for (unsigned i = bytes; i-- > 0;)
        text_append_char(text, (char)(unsigned char)(value >> 8 * i));
}

/* ----------------------------------------------------------------- terms */

void etf_tag(struct text *text, unsigned char tag, uint32_t count)
{
    number(text, tag, 1);
    number(text, count, 4);
}

void etf_tuple(struct text *text, unsigned char arity)
{
    number(text, 104, 1);
    number(text, arity, 1);
}

void etf_atom(struct text *text, const char *name)
{
    size_t length = strlen(name);
    number(text, length > 255 ? 118 : 119, 1);
    number(text, length, length > 255 ? 2 : 1);
    text_append(text, name);
}

void etf_integer(struct text *text, int32_t value)
{
    if (value >= 0 && value < 256) {
        number(text, 97, 1);
        number(text, (uint64_t)value, 1);
    } else {
        etf_tag(text, 98, (uint32_t)value);
    }
}

void etf_binary(struct text *text, const char *bytes, size_t length)
{
    etf_tag(text, 109, (uint32_t)length);
    text_append_bytes(text, bytes, length);
}

static void field(struct text *text, const char *name, int32_t value)
{
    etf_atom(text, name);
    etf_integer(text, value);
}

void etf_time(struct text *text, int64_t time)
{
    int32_t seconds = (int32_t)(time / 1000000);
    etf_tag(text, 116, 13);
    etf_atom(text, "__struct__");
    etf_atom(text, "Elixir.DateTime");
    etf_atom(text, "calendar");
    etf_atom(text, "Elixir.Calendar.ISO");
    field(text, "year", 1970);
    field(text, "month", 1);
    field(text, "day", 1 + seconds / 86400);
    field(text, "hour", seconds / 3600 % 24);
    field(text, "minute", seconds / 60 % 60);
    field(text, "second", seconds % 60);
    etf_atom(text, "microsecond");
    etf_tuple(text, 2);
    etf_integer(text, (int32_t)(time % 1000000));
    etf_integer(text, 6);
    etf_atom(text, "time_zone");
    etf_binary(text, "Etc/UTC", 7);
    etf_atom(text, "zone_abbr");
    etf_binary(text, "UTC", 3);
    field(text, "utc_offset", 0);
    field(text, "std_offset", 0);
}

static void append_term(struct text *text, const struct text *term)
{
    if (term)
        text_append_bytes(text, text_value(term), term->length);
    else
        etf_atom(text, "nil");
}

void etf_object(struct text *text, uint32_t key, const struct etf_instance *instance)
{
    etf_tuple(text, 2);
    etf_tag(text, 98, key);
    etf_tag(text, 116, 6);
    etf_atom(text, "meta");
    append_term(text, instance->meta);
    etf_atom(text, "__struct__");
    etf_atom(text, "Elixir.Spex.InstanceManager.Instance");
    etf_atom(text, "identifier");
    append_term(text, instance->identifier);
    etf_atom(text, "specification");
    etf_atom(text, instance->specification);
    etf_atom(text, "transitions");
    if (instance->step_count)
        etf_tag(text, 108, (uint32_t)instance->step_count);
    for (size_t i = instance->step_count; i-- > 0;) {
        etf_tuple(text, 3);
        etf_atom(text, instance->steps[2 * i]);
        etf_atom(text, instance->steps[2 * i + 1]);
        etf_time(text, instance->first + (int64_t)i * 1000000);
    }
    number(text, 106, 1);
    etf_atom(text, "current_state");
    etf_atom(text, instance->state ? instance->state : "nil");
}

void dets_object_bytes(struct text *objects, const struct text *term)
{
    number(objects, term->length + 5, 4);
    number(objects, 131, 1);
    text_append_bytes(objects, text_value(term), term->length);
}

/* ----------------------------------------------------------------- tables */

enum { BASE = 1336, HEADER = 312, PARTS = 256, SEGMENT = 256, PART = 512 };

static void write_bytes(struct dets_writer *writer, const struct text *text)
{
    fwrite(text_value(text), 1, text->length, writer->file);
    writer->offset += text->length;
}

/* Blocks begin at 1336 + 16 n; each is a power of two. */
static void pad(struct dets_writer *writer, uint64_t used)
{
    uint64_t block = 16;
    while (block < used)
        block *= 2;
    for (; used < block; used++, writer->offset++)
        fputc(0, writer->file);
}

bool dets_writer_open(struct dets_writer *writer, const char *path)
{
    *writer = (struct dets_writer){.file = fopen(path, "wb")};
    for (; writer->file && writer->offset < BASE; writer->offset++)
        fputc(0, writer->file);
    return writer->file != NULL;
}

void dets_writer_add_raw(struct dets_writer *writer, const struct text *objects, uint32_t status,
                         bool slot)
{
    struct text header = {0};
    struct dets_slot place = {(uint32_t)objects->length + 8, (uint32_t)writer->offset};
    number(&header, place.size, 4);
    number(&header, status, 4);
    write_bytes(writer, &header);
    write_bytes(writer, objects);
    pad(writer, place.size);
    text_release(&header);
    if (slot && memory_reserve(&writer->slots, &writer->capacity, writer->count + 1, sizeof place))
        writer->slots[writer->count++] = place;
}

void dets_writer_add(struct dets_writer *writer, const struct text *term)
{
    struct text objects = {0};
    dets_object_bytes(&objects, term);
    dets_writer_add_raw(writer, &objects, DETS_ACTIVE, true);
    writer->objects++;
    text_release(&objects);
}

/* Segments, then the parts of the array that points to them; their offsets go to `parts`. */
static void write_segments(struct dets_writer *writer, struct text *parts)
{
    struct text part = {0}, segment = {0};
    size_t parts_written = 0;
    for (size_t first = 0; first < writer->count || !first; first += SEGMENT) {
        number(&part, writer->offset, 4);
        text_clear(&segment);
        for (size_t i = first; i < first + SEGMENT; i++) {
            struct dets_slot slot = i < writer->count ? writer->slots[i] : (struct dets_slot){0};
            number(&segment, slot.size, 4);
            number(&segment, slot.offset, 4);
        }
        write_bytes(writer, &segment);
        if (part.length / 4 < PART && first + SEGMENT < writer->count)
            continue;
        number(parts, writer->offset, 4);
        parts_written++;
        while (part.length < 4 * PART)
            number(&part, 0, 4);
        write_bytes(writer, &part);
        text_clear(&part);
    }
    for (; parts_written < PARTS; parts_written++)
        number(parts, 0, 4);
    text_release(&part);
    text_release(&segment);
}

bool dets_writer_close(struct dets_writer *writer, bool closed)
{
    struct text header = {0}, parts = {0}, trailer = {0};
    write_segments(writer, &parts);
    number(&trailer, writer->offset + 4 - BASE, 4);
    if (closed)
        write_bytes(writer, &trailer);
    const uint32_t fields[] = {0,
                               0x00abcdef,
                               closed,
                               1,
                               9,
                               256,
                               256,
                               1,
                               (uint32_t)writer->objects,
                               (uint32_t)writer->objects,
                               256,
                               1 << 25,
                               1,
                               0};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        number(&header, fields[i], 4);
    while (header.length < HEADER)
        number(&header, header.length == 184 ? BASE : 0, 4);
    fseek(writer->file, 0, SEEK_SET);
    fwrite(text_value(&header), 1, header.length, writer->file);
    fwrite(text_value(&parts), 1, parts.length, writer->file);
    bool good = !ferror(writer->file) && !header.failed && !parts.failed;
    good = fclose(writer->file) == 0 && good;
    free(writer->slots);
    text_release(&header);
    text_release(&parts);
    text_release(&trailer);
    return good;
}
