#include "store/statements.h"

/* Where the tally, which counts those that were reported as overdue, is not all: what is
 * overdue and not reported yet, and what was reported before the clock was set back. (Of
 * two lower bounds SQLite seeks by the first.) */
#define UNTOLD "instance INDEXED BY instance_due WHERE reported = 0 AND due > 0 AND due < ?1"
#define TOLD_EARLY "instance INDEXED BY instance_due WHERE reported = 1 AND due >= ?1 AND due > 0"
#define KNOWN " AND specification IN (SELECT specification FROM tally)"

static const char *const sql[STATEMENT_COUNT] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_ROLLBACK] = "ROLLBACK",
    [STATEMENT_VERSION] = "PRAGMA data_version",
    [STATEMENT_FIND] = "SELECT key, specification, state, mocked, deviations, transitions, since"
                       " FROM instance WHERE identifier = ?1",
    [STATEMENT_INSERT] = "INSERT INTO instance(identifier, specification, meta, state, mocked,"
                         " since, due, deviations, transitions)"
                         " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [STATEMENT_REPLACE] = "UPDATE instance SET specification = ?2, meta = ?3, state = ?4,"
                          " mocked = ?5, since = ?6, due = ?7, reported = 0, deviations = ?8,"
                          " transitions = ?9 WHERE key = ?1",
    [STATEMENT_MOVE] = "UPDATE instance SET state = ?2, mocked = 0, since = ?3, due = ?4,"
                       " reported = 0, deviations = ?5, transitions = ?6 WHERE key = ?1",
    [STATEMENT_APPEND] = "INSERT INTO history(instance, sequence, action, state, at, verdict)"
                         " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [STATEMENT_OBSERVE] = "INSERT INTO observation(specification, from_state, action, to_state,"
                          " count, learned, first_seen, last_seen)"
                          " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET"
                          " count = count + excluded.count, learned = learned + excluded.learned,"
                          " first_seen = min(first_seen, excluded.first_seen),"
                          " last_seen = max(last_seen, excluded.last_seen)",
    [STATEMENT_DEVIATE] = "INSERT OR IGNORE INTO deviation(instance, from_state, action, to_state)"
                          " SELECT ?1, ?2, ?3, ?4 WHERE (SELECT count(*) FROM (SELECT 1 FROM"
                          " deviation WHERE instance = ?1 LIMIT ?5)) < ?5",
    [STATEMENT_OVERLAY] = "SELECT from_state, action, to_state FROM deviation"
                          " WHERE instance = ?1 LIMIT ?2",
    [STATEMENT_DEVIATIONS] = "SELECT from_state, action, to_state FROM deviation WHERE instance ="
                             " (SELECT key FROM instance WHERE identifier = ?1)",
    [STATEMENT_DELETE_HISTORY] = "DELETE FROM history WHERE instance = ?1",
    [STATEMENT_DELETE_DEVIATIONS] = "DELETE FROM deviation WHERE instance = ?1",
    [STATEMENT_DELETE_INSTANCE] = "DELETE FROM instance WHERE key = ?1",
    [STATEMENT_EVENT] = "INSERT INTO event(at, reason, specification, identifier, from_state,"
                        " action, to_state, message) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [STATEMENT_TRIM_EVENTS] = "DELETE FROM event WHERE key <= ?1",
    [STATEMENT_LEARN] = "INSERT OR IGNORE INTO learning(specification) VALUES(?1)",
    [STATEMENT_LEARNING] = "SELECT specification FROM learning ORDER BY specification",
    [STATEMENT_GET] = "SELECT " INSTANCE_COLUMNS ", key FROM instance WHERE identifier = ?1",
    [STATEMENT_STEPS] = "SELECT action, state, at, verdict FROM history WHERE instance = ?1"
                        " ORDER BY sequence DESC LIMIT ?2",
    [STATEMENT_SWEEP] = "SELECT " INSTANCE_COLUMNS ", key FROM instance WHERE key > ?1"
                        " ORDER BY key",
    [STATEMENT_NEXT_DUE] = "SELECT due FROM instance WHERE due > 0 AND specification = ?1"
                           " AND reported = 0 AND due > ?2 ORDER BY due LIMIT 1",
    [STATEMENT_TAKE_DUE] = "SELECT " INSTANCE_COLUMNS ", key FROM instance WHERE due > 0"
                           " AND specification = ?1 AND reported = 0 AND due > ?2 AND due <= ?3"
                           " ORDER BY due LIMIT ?4",
    [STATEMENT_REPORTED] = "UPDATE instance SET reported = 1 WHERE identifier = ?1",
    [STATEMENT_FINGERPRINT] = "SELECT fingerprint FROM timeout WHERE specification = ?1",
    [STATEMENT_SET_FINGERPRINT] = "INSERT OR REPLACE INTO timeout(specification, fingerprint)"
                                  " VALUES(?1, ?2)",
    [STATEMENT_SET_DUE] = "UPDATE instance SET due = ?2 WHERE identifier = ?1",
    [STATEMENT_LEARNED] = "SELECT specification, from_state, action, to_state FROM observation"
                          " WHERE learned > 0 AND (?1 IS NULL OR specification = ?1)"
                          " ORDER BY specification, from_state, action, to_state",
    [STATEMENT_OBSERVED] = "SELECT from_state, action, to_state, count, learned, first_seen,"
                           " last_seen FROM observation WHERE specification = ?1"
                           " ORDER BY from_state, action, to_state",
    [STATEMENT_COUNTS] = "SELECT specification, state, instances, deviated, mocked, reported"
                         " FROM tally WHERE instances > 0",
    [STATEMENT_UNTOLD] =
        "SELECT specification, '', (SELECT count(*) FROM " UNTOLD
        "  AND specification = known.specification),"
        " (SELECT count(*) FROM " TOLD_EARLY "  AND specification = known.specification)"
        " FROM (SELECT DISTINCT specification FROM tally) AS known",
    [STATEMENT_UNTOLD_STATES] =
        "SELECT specification, ifnull(state, ''), sum(untold), sum(early) FROM"
        " (SELECT specification, state, 1 AS untold, 0 AS early FROM " UNTOLD KNOWN
        " UNION ALL SELECT specification, state, 0, 1 FROM " TOLD_EARLY KNOWN ") GROUP BY 1, 2",
    [STATEMENT_EVENTS] = "SELECT at, reason, specification, identifier, from_state, action,"
                         " to_state, message FROM event ORDER BY key DESC LIMIT ?1",
};

const char *statement_sql(enum statement which)
{
    return sql[which];
}
