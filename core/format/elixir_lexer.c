#include "format/elixir_lexer.h"

#include <string.h>

#include "format/lines.h"

/* Interpolations may hold texts with interpolations. */
enum { NESTING_MAX = 64 };

static bool trouble(struct lexer *lexer, const char *at, uint32_t began, const char *expected)
{
    if (!lexer->trouble) {
        lexer->trouble = expected;
        lexer->trouble_at = at;
        lexer->trouble_line = began;
    }
    return false;
}

static bool starts(const struct lexer *lexer, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(lexer->end - lexer->at) >= length && memcmp(lexer->at, word, length) == 0;
}

static char ahead(const struct lexer *lexer, size_t by)
{
    return (size_t)(lexer->end - lexer->at) > by ? lexer->at[by] : '\0';
}

static void advance(struct lexer *lexer, size_t count)
{
    for (; count && lexer->at < lexer->end; count--)
        lexer->line += *lexer->at++ == '\n';
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool name_start(char c)
{
    return letter(c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool decimal(char c)
{
    return c >= '0' && c <= '9';
}

static bool white(char c)
{
    return blank(c) || c == '\n';
}

/* ---------------------------------------------------------- texts */

/* From behind "#{" to behind its "}". */
static bool skip_interpolation(struct lexer *lexer)
{
    const char *start = lexer->at;
    uint32_t line = lexer->line;
    bool after_dot = lexer->after_dot;
    if (lexer->nesting == NESTING_MAX)
        return trouble(lexer, start, line, "fewer texts inside of texts");
    lexer->nesting++;
    lexer->after_dot = false;
    for (size_t braces = 1; braces;) {
        struct token token;
        if (!lexer_next(lexer, &token))
            return false;
        const char *bytes = lexer->bytes + token.offset;
        if (token.kind == TOKEN_END_OF_FILE)
            return trouble(lexer, lexer->end, line, "`}` for the `#{`");
        braces += token.kind == TOKEN_OPEN && *bytes == '{';
        braces -= token.kind == TOKEN_CLOSE && *bytes == '}';
    }
    lexer->nesting--;
    lexer->after_dot = after_dot;
    return true;
}

/* One character, escape or interpolation of a text. */
static bool skip_piece(struct lexer *lexer, bool raw, struct token *token)
{
    if (!raw && starts(lexer, "#{")) {
        token->flags |= TOKEN_INTERPOLATED;
        advance(lexer, 2);
        return skip_interpolation(lexer);
    }
    advance(lexer, *lexer->at == '\\' ? 2 : 1);
    return true;
}

/* From behind the opening delimiter to behind the closing one. */
static bool skip_text(struct lexer *lexer, char closing, bool raw, struct token *token)
{
    uint32_t line = lexer->line;
    while (lexer->at < lexer->end && *lexer->at != closing)
        if (!skip_piece(lexer, raw, token))
            return false;
    if (lexer->at == lexer->end)
        return trouble(lexer, lexer->end, line, "the end of the text");
    advance(lexer, 1);
    return true;
}

/* From behind the opening quotes to behind the closing ones, which begin a line. */
static bool skip_heredoc(struct lexer *lexer, char quote, bool raw, struct token *token)
{
    const char closing[] = {quote, quote, quote, '\0'};
    uint32_t line = lexer->line;
    while (lexer->at < lexer->end && blank(*lexer->at))
        lexer->at++;
    if (ahead(lexer, 0) != '\n')
        return trouble(lexer, lexer->at, line, "a line break behind the three quotes");
    while (lexer->at < lexer->end) {
        if (starts(lexer, "\\\n")) {
            lexer->at++; /* the next line may be the closing one all the same */
        } else if (*lexer->at != '\n') {
            if (!skip_piece(lexer, raw, token))
                return false;
            continue;
        }
        advance(lexer, 1);
        while (lexer->at < lexer->end && blank(*lexer->at))
            lexer->at++;
        if (starts(lexer, closing)) {
            advance(lexer, 3);
            return true;
        }
    }
    return trouble(lexer, lexer->end, line, "three quotes that end the text");
}

static bool quoted_text(struct lexer *lexer, struct token *token)
{
    char quote = *lexer->at;
    if (ahead(lexer, 1) == quote && ahead(lexer, 2) == quote) {
        advance(lexer, 3);
        return skip_heredoc(lexer, quote, false, token);
    }
    advance(lexer, 1);
    return skip_text(lexer, quote, false, token);
}

static char closing_of(char opening)
{
    switch (opening) {
    case '(':
        return ')';
    case '[':
        return ']';
    case '{':
        return '}';
    case '<':
        return '>';
    case '/':
    case '|':
    case '"':
    case '\'':
        return opening;
    default:
        return '\0';
    }
}

static bool sigil(struct lexer *lexer, struct token *token)
{
    token->kind = TOKEN_SIGIL;
    advance(lexer, 1);
    bool raw = *lexer->at >= 'A' && *lexer->at <= 'Z';
    advance(lexer, 1);
    while (raw && ((ahead(lexer, 0) >= 'A' && ahead(lexer, 0) <= 'Z') || decimal(ahead(lexer, 0))))
        advance(lexer, 1);
    char opening = ahead(lexer, 0), closing = closing_of(opening);
    if (!closing)
        return trouble(lexer, lexer->at, lexer->line, "a delimiter behind the name of the sigil");
    bool heredoc = (opening == '"' || opening == '\'') && ahead(lexer, 1) == opening &&
                   ahead(lexer, 2) == opening;
    advance(lexer, heredoc ? 3 : 1);
    if (heredoc ? !skip_heredoc(lexer, opening, raw, token)
                : !skip_text(lexer, closing, raw, token))
        return false;
    while (letter(ahead(lexer, 0)))
        lexer->at++;
    return true;
}

/* ---------------------------------------------------- names, numbers */

static void skip_name(struct lexer *lexer, bool atom)
{
    while (name_start(ahead(lexer, 0)) || decimal(ahead(lexer, 0)) ||
           (atom && ahead(lexer, 0) == '@'))
        lexer->at++;
    if (ahead(lexer, 0) == '?' || ahead(lexer, 0) == '!')
        lexer->at++;
}

/* Takes the colon of `key: value`. */
static bool take_key(struct lexer *lexer, struct token *token)
{
    if (ahead(lexer, 0) != ':' || (lexer->at + 1 < lexer->end && !white(lexer->at[1])))
        return false;
    token->kind = TOKEN_KEY;
    lexer->at++;
    return true;
}

static void name(struct lexer *lexer, struct token *token)
{
    const char *start = lexer->at;
    token->kind = *start >= 'A' && *start <= 'Z' ? TOKEN_ALIAS : TOKEN_IDENTIFIER;
    skip_name(lexer, false);
    size_t length = (size_t)(lexer->at - start);
    if (take_key(lexer, token) || lexer->after_dot)
        return;
    if (length == 2 && (memcmp(start, "do", 2) == 0 || memcmp(start, "fn", 2) == 0))
        token->kind = TOKEN_OPEN;
    else if (length == 3 && memcmp(start, "end", 3) == 0)
        token->kind = TOKEN_CLOSE;
}

static void number(struct lexer *lexer, struct token *token)
{
    token->kind = TOKEN_INTEGER;
    if (*lexer->at == '0' &&
        (ahead(lexer, 1) == 'x' || ahead(lexer, 1) == 'o' || ahead(lexer, 1) == 'b')) {
        lexer->at += 2;
        while (name_start(ahead(lexer, 0)) || decimal(ahead(lexer, 0)))
            lexer->at++;
        return;
    }
    while (decimal(ahead(lexer, 0)) || (ahead(lexer, 0) == '_' && decimal(ahead(lexer, 1))))
        lexer->at++;
    if (ahead(lexer, 0) != '.' || !decimal(ahead(lexer, 1)))
        return;
    token->kind = TOKEN_FLOAT;
    lexer->at++;
    while (decimal(ahead(lexer, 0)) || (ahead(lexer, 0) == '_' && decimal(ahead(lexer, 1))))
        lexer->at++;
    size_t sign = ahead(lexer, 1) == '+' || ahead(lexer, 1) == '-';
    if ((ahead(lexer, 0) == 'e' || ahead(lexer, 0) == 'E') && decimal(ahead(lexer, 1 + sign)))
        for (lexer->at += 1 + sign; decimal(ahead(lexer, 0));)
            lexer->at++;
}

static bool character(struct lexer *lexer, struct token *token)
{
    token->kind = TOKEN_CHARACTER;
    advance(lexer, 1);
    if (lexer->at == lexer->end)
        return trouble(lexer, lexer->at, lexer->line, "a character behind '?'");
    if (*lexer->at != '\\') {
        size_t taken;
        utf8_next(lexer->at, (size_t)(lexer->end - lexer->at), &taken);
        advance(lexer, taken);
        return true;
    }
    char kind = ahead(lexer, 1);
    advance(lexer, 2);
    if ((kind == 'x' || kind == 'u') && ahead(lexer, 0) == '{')
        while (lexer->at < lexer->end && lexer->at[-1] != '}' && *lexer->at != '\n')
            lexer->at++;
    else if (kind == 'x' || kind == 'u')
        while (name_start(ahead(lexer, 0)) || decimal(ahead(lexer, 0)))
            lexer->at++;
    return true;
}

/* ----------------------------------------------------- signs, atoms */

/* Longer ones before their beginnings. */
static const char *const operators[] = {
    "===", "!==", "<<<", ">>>",  "|||", "&&&", "^^^", "~~~", "~>>", "<<~", "<~>", "<|>", "...",
    "+++", "---", "==",  "!=",   "<=",  ">=",  "&&",  "||",  "<>",  "++",  "--",  "|>",  "=~",
    "->",  "<-",  "=>",  "\\\\", "::",  "~>",  "<~",  "..",  "**",  "//",  "+",   "-",   "*",
    "/",   "=",   "!",   "^",    "&",   "|",   "<",   ">",   ".",   "@",   ",",   "%",
};
enum { OPERATORS = sizeof operators / sizeof *operators };

static const char *operator_here(const struct lexer *lexer)
{
    for (int i = 0; i < OPERATORS; i++)
        if (starts(lexer, operators[i]))
            return operators[i];
    return NULL;
}

/* Empty brackets are names too, of atoms and keys. */
static const char *bracket_name(const struct lexer *lexer)
{
    static const char *const brackets[] = {"%{}", "{}", "<<>>", "[]"};
    for (int i = 0; i < 4; i++)
        if (starts(lexer, brackets[i]))
            return brackets[i];
    return NULL;
}

static bool atom(struct lexer *lexer, struct token *token)
{
    token->kind = TOKEN_ATOM;
    lexer->at++;
    char c = ahead(lexer, 0);
    if (c == '"' || c == '\'') {
        token->flags |= TOKEN_QUOTED;
        advance(lexer, 1);
        return skip_text(lexer, c, false, token);
    }
    if (name_start(c)) {
        skip_name(lexer, true);
        return true;
    }
    if (bracket_name(lexer)) {
        advance(lexer, strlen(bracket_name(lexer)));
        return true;
    }
    const char *sign = starts(lexer, "..//") ? "..//" : operator_here(lexer);
    if (!sign || *sign == ',')
        return trouble(lexer, lexer->at, lexer->line, "the name of an atom behind ':'");
    advance(lexer, strlen(sign));
    return true;
}

static bool sign(struct lexer *lexer, struct token *token)
{
    char c = *lexer->at;
    const char *empty = bracket_name(lexer);
    if (empty && ahead(lexer, strlen(empty)) == ':' && white(ahead(lexer, strlen(empty) + 1))) {
        advance(lexer, strlen(empty));
        take_key(lexer, token);
        return true;
    }
    bool binary = (starts(lexer, "<<") && !starts(lexer, "<<<") && !starts(lexer, "<<~")) ||
                  (starts(lexer, ">>") && !starts(lexer, ">>>"));
    if (binary || (c && strchr("()[]{}", c))) {
        token->kind = strchr("([{<", c) ? TOKEN_OPEN : TOKEN_CLOSE;
        advance(lexer, binary ? 2 : 1);
        return true;
    }
    const char *found = operator_here(lexer);
    if (!found)
        return trouble(lexer, lexer->at, lexer->line, "Elixir code");
    token->kind = TOKEN_OPERATOR;
    advance(lexer, strlen(found));
    if (*found != ',' && *found != '.')
        take_key(lexer, token);
    return true;
}

/* --------------------------------------------------------- all tokens */

static void skip_space(struct lexer *lexer)
{
    while (lexer->at < lexer->end)
        if (blank(*lexer->at)) {
            lexer->at++;
        } else if (*lexer->at == '#') {
            while (lexer->at < lexer->end && *lexer->at != '\n')
                lexer->at++;
        } else if (*lexer->at == '\\' && (ahead(lexer, 1) == '\n' || starts(lexer, "\\\r\n"))) {
            advance(lexer, ahead(lexer, 1) == '\n' ? 2 : 3);
        } else {
            return;
        }
}

static bool read_token(struct lexer *lexer, struct token *token)
{
    char c = *lexer->at;
    if (c == '\n' || c == ';') {
        token->kind = TOKEN_END_OF_LINE;
        advance(lexer, 1);
        return true;
    }
    if (c == '"' || c == '\'') {
        token->kind = TOKEN_STRING;
        if (!quoted_text(lexer, token))
            return false;
        if (take_key(lexer, token))
            token->flags |= TOKEN_QUOTED;
        return true;
    }
    if (c == '~' && letter(ahead(lexer, 1)))
        return sigil(lexer, token);
    if (name_start(c)) {
        name(lexer, token);
        return true;
    }
    if (decimal(c)) {
        number(lexer, token);
        return true;
    }
    if (c == '?')
        return character(lexer, token);
    if (c == ':' && ahead(lexer, 1) != ':')
        return atom(lexer, token);
    return sign(lexer, token);
}

bool lexer_next(struct lexer *lexer, struct token *token)
{
    skip_space(lexer);
    const char *start = lexer->at;
    *token = (struct token){
        .offset = (uint32_t)(start - lexer->bytes), .line = lexer->line, .kind = TOKEN_END_OF_FILE};
    if (start < lexer->end && !read_token(lexer, token))
        return false;
    token->length = (uint32_t)(lexer->at - start);
    lexer->after_dot = token->kind == TOKEN_OPERATOR && token->length == 1 && *start == '.';
    return true;
}
