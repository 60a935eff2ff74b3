/*
 * A program that records what its instances do, and is told at once when one of them
 * leaves the behaviour that the specification allows.
 *
 *     record STORE [MODELS]
 *
 * Four threads send parcels on their way. With a model of what they may do (MODELS has a
 * Parcel.spex that learns no more) the lost one is noticed; without, one is learned.
 *
 * Build: cc record.c $(pkg-config --cflags --libs spex) -pthread
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spex.h"

enum { THREADS = 4, PARCELS = 25 };

/* What the library tells: here it is printed, and the usual answer given. */
static spex_answer on_report(const spex_report *report, void *user_data)
{
    (void)user_data;
    printf("%s:%d: %s\n", report->file ? report->file : "?", report->line, report->message);
    return (SPEX_ACCEPT_DEFAULT >> report->reason & 1) ? SPEX_ACCEPT : SPEX_REFUSE;
}

static spex_manager *open_manager(const char *store, const char *models)
{
    static const char *const transitions[][3] = {{"packed", "hand over", "on the road"},
                                                 {"on the road", "nobody home", "packed"},
                                                 {"on the road", "deliver", "delivered"}};
    spex_error error = {0};
    spex_specification *parcel;
    spex_or_die(spex_specification_create(&parcel, "Parcel", &error), &error, SPEX_HERE);
    for (size_t i = 0; i < sizeof transitions / sizeof *transitions; i++)
        spex_or_die(spex_specification_add(parcel, transitions[i][0], transitions[i][1],
                                           transitions[i][2], &error),
                    &error, SPEX_HERE);

    spex_manager_options options;
    spex_manager_options_init(&options);
    options.store_dir = store;
    if (models)
        options.impl_models_dir = models;
    spex_manager *manager;
    spex_or_die(spex_manager_open(&manager, &options, &error), &error, SPEX_HERE);
    spex_or_die(spex_manager_add_specification(manager, parcel, on_report, NULL, &error), &error,
                SPEX_HERE);
    spex_specification_free(parcel); /* the manager has a copy */
    spex_or_die(spex_manager_start(manager, &error), &error, SPEX_HERE);
    return manager;
}

struct courier {
    spex_manager *manager;
    int number;
    int refused;
};

static void *deliver_parcels(void *context)
{
    struct courier *courier = context;
    spex_manager *manager = courier->manager;
    char parcel[32];
    for (int i = 0; i < PARCELS; i++) {
        snprintf(parcel, sizeof parcel, "parcel-%d-%d", courier->number, i);
        spex_init_or_die(manager, "Parcel", parcel, NULL, NULL);
        spex_transition_or_die(manager, parcel, "hand over", "on the road");
        if (i % 5 == 4) { /* nobody home: tomorrow again */
            spex_transition_or_die(manager, parcel, "nobody home", "packed");
            continue;
        }
        spex_error error;
        bool lost = courier->number == 2 && i == 7;
        int status = spex_transition(manager, parcel, lost ? "lose" : "deliver",
                                     lost ? "lost" : "delivered", &error);
        if (status == SPEX_ERROR_REFUSED)
            courier->refused++; /* recorded all the same */
        else
            spex_or_die(status, &error, SPEX_HERE);
    }
    return NULL;
}

struct counts {
    int packed, delivered, other, deviated;
};

static bool count(const spex_instance *instance, void *user_data)
{
    struct counts *counts = user_data;
    if (strcmp(instance->state, "packed") == 0)
        counts->packed++;
    else if (strcmp(instance->state, "delivered") == 0)
        counts->delivered++;
    else
        counts->other++;
    counts->deviated += instance->deviations > 0;
    return true;
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: record STORE [MODELS]\n");
        return 2;
    }
    spex_manager *manager = open_manager(argv[1], argc > 2 ? argv[2] : NULL);
    pthread_t threads[THREADS];
    struct courier couriers[THREADS];
    int refused = 0;
    for (int i = 0; i < THREADS; i++) {
        couriers[i] = (struct courier){manager, i, 0};
        if (pthread_create(&threads[i], NULL, deliver_parcels, &couriers[i]))
            abort();
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        refused += couriers[i].refused;
    }

    struct counts counts = {0, 0, 0, 0};
    spex_error error = {0};
    spex_or_die(spex_all(manager, NULL, count, &counts, &error), &error, SPEX_HERE);
    printf("%d packed, %d delivered, %d elsewhere; %d deviated, %d refused\n", counts.packed,
           counts.delivered, counts.other, counts.deviated, refused);
    spex_manager_close(manager);
    return 0;
}
