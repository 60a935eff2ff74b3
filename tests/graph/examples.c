#include "tests/graph/examples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

const struct example examples[] = {{"order", "created --[pay]-> paid\n"
                                             "created --[cancel]-> cancelled\n"
                                             "paid --[ship]-> shipped\n"
                                             "paid --[cancel]-> refunding\n"
                                             "refunding --[refund]-> cancelled\n"
                                             "refunding --[retry]-> refunding\n"
                                             "shipped --[deliver]-> delivered\n"
                                             "shipped --[lose]-> lost\n"
                                             "lost --[reship]-> shipped\n"
                                             "lost --[give up]-> refunding\n"
                                             "delivered --[return]-> returned\n"
                                             "returned --[__internal__]-> refunding\n"
                                             "delivered --[close]-> closed\n"},
                                   {"tcp", "CLOSED --[passive open]-> LISTEN\n"
                                           "CLOSED --[active open]-> SYN_SENT\n"
                                           "LISTEN --[rcv SYN]-> SYN_RCVD\n"
                                           "LISTEN --[send]-> SYN_SENT\n"
                                           "LISTEN --[close]-> CLOSED\n"
                                           "SYN_SENT --[rcv SYN]-> SYN_RCVD\n"
                                           "SYN_SENT --[rcv SYN,ACK]-> ESTABLISHED\n"
                                           "SYN_SENT --[close]-> CLOSED\n"
                                           "SYN_RCVD --[rcv ACK]-> ESTABLISHED\n"
                                           "SYN_RCVD --[close]-> FIN_WAIT_1\n"
                                           "SYN_RCVD --[rcv RST]-> LISTEN\n"
                                           "ESTABLISHED --[close]-> FIN_WAIT_1\n"
                                           "ESTABLISHED --[rcv FIN]-> CLOSE_WAIT\n"
                                           "FIN_WAIT_1 --[rcv ACK]-> FIN_WAIT_2\n"
                                           "FIN_WAIT_1 --[rcv FIN]-> CLOSING\n"
                                           "FIN_WAIT_1 --[rcv FIN,ACK]-> TIME_WAIT\n"
                                           "FIN_WAIT_2 --[rcv FIN]-> TIME_WAIT\n"
                                           "CLOSE_WAIT --[close]-> LAST_ACK\n"
                                           "CLOSING --[rcv ACK]-> TIME_WAIT\n"
                                           "LAST_ACK --[rcv ACK]-> CLOSED\n"
                                           "TIME_WAIT --[timeout]-> CLOSED\n"},
                                   {"breaker", "closed --[success]-> closed\n"
                                               "closed --[failure]-> closed\n"
                                               "closed --[trip]-> open\n"
                                               "open --[reject]-> open\n"
                                               "open --[cool down]-> half open\n"
                                               "half open --[success]-> closed\n"
                                               "half open --[failure]-> open\n"},
                                   {"commit", "initial --[vote yes]-> ready\n"
                                              "initial --[vote no]-> aborted\n"
                                              "initial --[abort]-> aborted\n"
                                              "ready --[commit]-> committed\n"
                                              "ready --[abort]-> aborted\n"
                                              "ready --[timeout]-> asking\n"
                                              "asking --[__internal__]-> ready\n"
                                              "asking --[learn commit]-> committed\n"
                                              "asking --[learn abort]-> aborted\n"},
                                   {"switch", "off --[on]-> on\n"
                                              "on --[off]-> off\n"},
                                   {"vending", "idle --[coin]-> paid\n"
                                               "idle --[__internal__]-> broken\n"
                                               "paid --[coin]-> paid\n"
                                               "paid --[tea]-> brewing\n"
                                               "paid --[coffee]-> brewing\n"
                                               "paid --[return]-> idle\n"
                                               "brewing --[__internal__]-> ready\n"
                                               "ready --[take]-> idle\n"
                                               "broken --[repair]-> idle\n"},
                                   {"wide", "開始 --[送信]-> 処理中\n"
                                            "処理中 --[完了]-> 完了\n"
                                            "処理中 --[取消]-> 取消済み\n"
                                            "処理中 --[cafe\xCC\x81]-> 処理中\n"
                                            "取消済み --[再開]-> 開始\n"},
                                   {NULL, NULL}};

static void check(int status, const spex_error *error)
{
    if (status) {
        fprintf(stderr, "an example cannot be made: %s\n", error->message);
        exit(99);
    }
}

static uint32_t intern(struct lts *lts, const char *bytes, size_t length)
{
    uint32_t state = symbols_intern_bytes(&lts->state_names, bytes, length);
    lts->state_count = lts->state_names.count;
    return state;
}

void example_lts(struct lts *lts, const char *lines)
{
    spex_error error;
    check(lts_init(lts, &error), &error);
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        const char *action = strstr(lines, " --["), *arrow = strstr(lines, "]-> ");
        if (!action || action > lines + length) {
            intern(lts, lines, length);
        } else {
            uint32_t from = intern(lts, lines, (size_t)(action - lines));
            uint32_t label =
                symbols_intern_bytes(&lts->labels, action + 4, (size_t)(arrow - action - 4));
            uint32_t to = intern(lts, arrow + 4, (size_t)(lines + length - arrow - 4));
            check(lts_add(lts, from, label, to, &error), &error);
        }
        lines += length + (lines[length] == '\n');
    }
}

static const char *const words[] = {
    "a",       "go",   "submit",       "reject", "approve",
    "reopen",  "送信", "cafe\xCC\x81", "x y",    "a rather long label, cut",
    "\x1b[2J", "τ",    "nil",          "tick",   "👩‍💻 ok"};

void random_lts(struct lts *lts, struct random *random, uint32_t states, uint32_t transitions)
{
    enum { WORDS = sizeof words / sizeof *words };
    spex_error error;
    check(lts_init(lts, &error), &error);
    lts->state_count = 1 + random_below(random, states);
    bool named = random_below(random, 4) != 0;
    for (uint32_t s = 0; named && s < lts->state_count; s++) {
        char name[80];
        snprintf(name, sizeof name, "%s%u", words[random_below(random, WORDS)], s);
        symbols_intern(&lts->state_names, name);
    }
    lts->initial = random_below(random, 3) ? 0 : random_below(random, lts->state_count);
    uint32_t count = random_below(random, transitions + 1);
    uint32_t from = 0, to = 0;
    for (uint32_t i = 0; i < count; i++) {
        char label[80];
        if (random_below(random, 5)) { /* else parallel to the one before */
            from = random_below(random, lts->state_count);
            to = random_below(random, 8) ? random_below(random, lts->state_count) : from;
        }
        snprintf(label, sizeof label, "%s%u", words[random_below(random, WORDS)],
                 random_below(random, 20));
        uint32_t number =
            random_below(random, 6) ? symbols_intern(&lts->labels, label) : LTS_INTERNAL;
        check(lts_add(lts, from, number, to, &error), &error);
    }
}
