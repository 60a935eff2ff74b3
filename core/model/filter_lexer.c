#include "model/filter_lexer.h"

#include <string.h>

void filter_lexer_open(struct filter_lexer *lexer, const char *typed, size_t length)
{
    memset(lexer, 0, sizeof *lexer);
    lexer->typed = typed;
    lexer->end = length;
}

void filter_lexer_release(struct filter_lexer *lexer)
{
    text_release(&lexer->word);
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool ends_word(char c, bool value)
{
    return blank(c) || c == '(' || c == ')' || (value ? c == ',' : strchr(":=~<>", c) != NULL);
}

static void read_word(struct filter_lexer *lexer, bool value)
{
    bool inside = false;
    const char *typed = lexer->typed;
    for (; lexer->place < lexer->end; lexer->place++) {
        char c = typed[lexer->place];
        if (!inside && ends_word(c, value))
            break;
        bool escaped = inside && c == '\\' && lexer->place + 1 < lexer->end &&
                       (typed[lexer->place + 1] == '"' || typed[lexer->place + 1] == '\\');
        if (escaped)
            text_append_char(&lexer->word, typed[++lexer->place]);
        else if (c == '"')
            inside = !inside, lexer->quoted = true;
        else
            text_append_char(&lexer->word, c);
    }
    lexer->token = inside ? TOKEN_UNCLOSED : TOKEN_WORD;
    lexer->failed |= lexer->word.failed;
}

void filter_lexer_next(struct filter_lexer *lexer, bool value)
{
    text_clear(&lexer->word);
    lexer->quoted = false;
    size_t before = lexer->place;
    while (lexer->place < lexer->end && blank(lexer->typed[lexer->place]))
        lexer->place++;
    lexer->spaced = lexer->place > before;
    lexer->start = lexer->place;
    if (lexer->place == lexer->end) {
        lexer->token = TOKEN_END;
        return;
    }
    char c = lexer->typed[lexer->place];
    if (!ends_word(c, value)) {
        read_word(lexer, value);
        return;
    }
    lexer->place++;
    lexer->token = c == '('   ? TOKEN_OPEN
                   : c == ')' ? TOKEN_CLOSE
                   : c == ',' ? TOKEN_COMMA
                              : TOKEN_SIGN;
    if (lexer->token != TOKEN_SIGN)
        return;
    if ((c == '<' || c == '>') && lexer->place < lexer->end && lexer->typed[lexer->place] == '=')
        lexer->place++;
    text_append_bytes(&lexer->word, lexer->typed + lexer->start, lexer->place - lexer->start);
    lexer->failed |= lexer->word.failed;
}
