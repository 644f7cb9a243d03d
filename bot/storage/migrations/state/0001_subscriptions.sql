CREATE TABLE subscriptions (
    id INTEGER PRIMARY KEY,
    guild_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL UNIQUE,
    minute INTEGER NOT NULL CHECK (minute BETWEEN 0 AND 1439),  -- of the local day
    zone TEXT NOT NULL CHECK (zone <> ''),
    document TEXT NOT NULL CHECK (document <> ''),
    due_date TEXT NOT NULL CHECK (due_date GLOB '????-??-??'),
    next_due_at INTEGER NOT NULL  -- seconds since 1970, UTC
) STRICT;

CREATE INDEX subscriptions_due ON subscriptions (next_due_at);
CREATE INDEX subscriptions_guild ON subscriptions (guild_id);

-- One row for each scheduled local day: claimed while `outcome` is NULL, then ended, once and for good.
CREATE TABLE deliveries (
    subscription_id INTEGER NOT NULL REFERENCES subscriptions ON DELETE CASCADE,
    local_date TEXT NOT NULL CHECK (local_date GLOB '????-??-??'),
    due_at INTEGER NOT NULL,
    claimed_at INTEGER,
    document TEXT,
    citation TEXT,
    digest TEXT,
    outcome TEXT CHECK (outcome IN ('sent', 'skipped', 'missed', 'failed', 'unknown')),
    reason TEXT,
    message_id INTEGER,
    PRIMARY KEY (subscription_id, local_date),
    CHECK (outcome IS NOT NULL OR claimed_at IS NOT NULL),
    CHECK (outcome IS NULL OR outcome <> 'sent' OR message_id IS NOT NULL),
    CHECK (claimed_at IS NULL OR digest IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- What Discord was last told of our commands, and the ids that it gave them.
CREATE TABLE command_scopes (
    application_id INTEGER NOT NULL,
    guild_id INTEGER NOT NULL,  -- 0: global
    digest TEXT NOT NULL,
    ids TEXT NOT NULL CHECK (json_valid(ids)),
    PRIMARY KEY (application_id, guild_id)
) STRICT, WITHOUT ROWID;
