-- Both tables are made anew: subscriptions so that no id is ever used again (a button, or an answer that is under
-- way, may still name it), deliveries for their constraints.
CREATE TABLE new_subscriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL UNIQUE,
    minute INTEGER NOT NULL CHECK (minute BETWEEN 0 AND 1439),  -- of the local day
    zone TEXT NOT NULL CHECK (zone <> ''),
    document TEXT NOT NULL CHECK (document <> ''),  -- slugs with commas between; *: all
    due_date TEXT NOT NULL CHECK (due_date GLOB '????-??-??'),
    next_due_at INTEGER NOT NULL,  -- seconds since 1970, UTC
    days INTEGER NOT NULL DEFAULT 127 CHECK (days BETWEEN 1 AND 127),  -- bit 0: Monday
    ordering TEXT NOT NULL DEFAULT 'sequence' CHECK (ordering IN ('sequence', 'shuffle')),
    role_id INTEGER,
    thread INTEGER NOT NULL DEFAULT 0 CHECK (thread IN (0, 1)),
    publish INTEGER NOT NULL DEFAULT 0 CHECK (publish IN (0, 1)),
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    suspended TEXT CHECK (suspended IN ('50001', '50013', '10003')),  -- Discord's code
    notice TEXT CHECK (notice IN ('suspended', 'zone')),  -- not yet told to the admins
    left_at INTEGER  -- since when the bot is not in the server any more
) STRICT;

INSERT INTO new_subscriptions (id, guild_id, channel_id, minute, zone, document, due_date, next_due_at)
SELECT id, guild_id, channel_id, minute, zone, document, due_date, next_due_at FROM subscriptions;

-- A claim stays open, and is due at `next_attempt_at`, until its day has an outcome.
CREATE TABLE new_deliveries (
    subscription_id INTEGER NOT NULL REFERENCES new_subscriptions ON DELETE CASCADE,
    local_date TEXT NOT NULL CHECK (local_date GLOB '????-??-??'),
    due_at INTEGER NOT NULL,
    claimed_at INTEGER,
    document TEXT,
    citation TEXT,
    digest TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    tried_at INTEGER,  -- the first attempt that may have arrived; NULL: certainly none has
    next_attempt_at INTEGER,
    outcome TEXT CHECK (outcome IN ('sent', 'skipped', 'missed', 'failed', 'unknown')),
    reason TEXT,
    note TEXT,  -- what became of the thread and the publication, where that failed
    message_id INTEGER,
    ended_at INTEGER,
    PRIMARY KEY (subscription_id, local_date),
    CHECK ((outcome IS NULL) = (next_attempt_at IS NOT NULL)),
    CHECK ((outcome IS NULL) = (ended_at IS NULL)),
    CHECK (outcome IS NOT NULL OR claimed_at IS NOT NULL),
    CHECK (outcome IS NULL OR outcome <> 'sent' OR message_id IS NOT NULL),
    CHECK (claimed_at IS NULL OR digest IS NOT NULL)
) STRICT, WITHOUT ROWID;

INSERT INTO new_deliveries (subscription_id, local_date, due_at, claimed_at, document, citation, digest, attempts,
    tried_at, next_attempt_at, outcome, reason, message_id, ended_at)
SELECT subscription_id, local_date, due_at, claimed_at, document, citation, digest, claimed_at IS NOT NULL,
    iif(outcome IS NULL, claimed_at, NULL), iif(outcome IS NULL, claimed_at, NULL), outcome, reason, message_id,
    iif(outcome IS NULL, NULL, ifnull(claimed_at, due_at))
FROM deliveries;

DROP TABLE deliveries;
DROP TABLE subscriptions;
ALTER TABLE new_subscriptions RENAME TO subscriptions;
ALTER TABLE new_deliveries RENAME TO deliveries;
CREATE INDEX subscriptions_due ON subscriptions (next_due_at);
CREATE INDEX subscriptions_guild ON subscriptions (guild_id);
CREATE INDEX subscriptions_left ON subscriptions (left_at) WHERE left_at IS NOT NULL;
CREATE INDEX deliveries_open ON deliveries (next_attempt_at) WHERE outcome IS NULL;

-- The edition of the time zone data by which `next_due_at` was computed.
CREATE TABLE zone_data (
    version TEXT NOT NULL
) STRICT;
