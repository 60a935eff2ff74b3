#include "format/aut_line.h"

static const char *back_over_blanks(const char *start, const char *at)
{
    while (at > start && blank(at[-1]))
        at--;
    return at;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

const char *aut_number_read(const char *at, const char *end, uint64_t *number)
{
    uint64_t value = 0;
    for (; at < end && digit(*at); at++)
        if (value < UINT64_MAX / 16 / 10)
            value = value * 10 + (uint64_t)(*at - '0');
        else
            value = UINT64_MAX / 16;
    *number = value;
    return at;
}

const char *aut_line_read(const char *start, const char *end, struct aut_line *line,
                          const char **at)
{
    const char *head = skip_blanks(start, end);
    *at = head;
    if (head == end || *head != '(')
        return "expected a transition, such as (0,\"label\",1)";
    head = skip_blanks(head + 1, end);
    line->from_at = *at = head;
    head = aut_number_read(head, end, &line->from);
    if (head == line->from_at)
        return "expected the number of the state before the transition";
    head = *at = skip_blanks(head, end);
    if (head == end || *head != ',')
        return "expected ',' behind the state";
    head = skip_blanks(head + 1, end);

    const char *tail = *at = back_over_blanks(head, end);
    if (tail == head || tail[-1] != ')')
        return "expected ')' at the end of the transition";
    tail = back_over_blanks(head, tail - 1);
    *at = tail;
    const char *number = tail;
    while (number > head && digit(number[-1]))
        number--;
    if (number == tail)
        return "expected the number of the state after the transition";
    line->to_at = number;
    aut_number_read(number, tail, &line->to);
    tail = *at = back_over_blanks(head, number);
    if (tail == head || tail[-1] != ',')
        return "expected ',' behind the label";
    tail = back_over_blanks(head, tail - 1);
    *at = head;
    if (tail == head)
        return "expected a label";
    if (*head == '"') {
        if (tail - head < 2 || tail[-1] != '"') {
            *at = tail;
            return "expected '\"' at the end of the label";
        }
        head++;
        tail--;
    }
    line->label = head;
    line->label_length = (size_t)(tail - head);
    return NULL;
}
