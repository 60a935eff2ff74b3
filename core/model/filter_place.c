/* What could come next in a filter that is being typed. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/filter.h"
#include "model/filter_lexer.h"

/* The key whose value comes next; FILTER_TEXT: none has. */
static enum filter_key key_of(const char *word)
{
    if (strncmp(word, "meta.", 5) == 0)
        return FILTER_META;
    for (int key = FILTER_SPECIFICATION; key < FILTER_OVERDUE; key++)
        if (strcmp(word, filter_key_name((enum filter_key)key)) == 0)
            return (enum filter_key)key;
    return FILTER_TEXT;
}

bool filter_place(const char *typed, size_t length, struct filter_place *place)
{
    struct filter_lexer lexer;
    filter_lexer_open(&lexer, typed, length);
    struct text word = {0};
    bool value = false, failed = false;
    enum filter_key key = FILTER_TEXT;
    for (;;) {
        filter_lexer_next(&lexer, value);
        if (lexer.token == TOKEN_END)
            break;
        bool last = lexer.place == length;
        bool is_word = lexer.token == TOKEN_WORD || lexer.token == TOKEN_UNCLOSED;
        if (is_word && last)
            break;
        if (is_word && value) {
            value = typed[lexer.place] == ',';
        } else if (is_word) {
            text_clear(&word);
            text_append(&word, text_value(&lexer.word));
        } else if (lexer.token == TOKEN_SIGN) {
            key = key_of(text_value(&word));
            value = true;
        } else if (lexer.token != TOKEN_COMMA) {
            value = false;
        }
    }
    bool begun = lexer.token != TOKEN_END;
    const char *text = text_value(&lexer.word);
    *place = (struct filter_place){.value = value,
                                   .key = value ? key : FILTER_TEXT,
                                   .meta_key = !value && strncmp(text, "meta.", 5) == 0,
                                   .start = begun ? lexer.start : length,
                                   .begun = memory_copy_text(text)};
    failed |= word.failed || lexer.failed || !place->begun;
    text_release(&word);
    filter_lexer_release(&lexer);
    if (failed) {
        free(place->begun);
        place->begun = NULL;
    }
    return !failed;
}
