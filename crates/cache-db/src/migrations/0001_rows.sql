-- Times are seconds of the stored clock. No table reuses a row id.

CREATE TABLE store (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    store_id   TEXT    NOT NULL,
    generation INTEGER NOT NULL,
    next_chunk INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    broken_seq INTEGER NOT NULL,
    clock      INTEGER NOT NULL
) STRICT;
INSERT INTO store VALUES (1, '', 0, 1, 0, 0, 0);

CREATE TABLE cache (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    uid           TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    is_public     INTEGER NOT NULL,
    store_dir     TEXT    NOT NULL,
    priority      INTEGER NOT NULL,
    retention     INTEGER,
    max_size      INTEGER,
    upstream_keys TEXT    NOT NULL,
    removed       INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL,
    deleted_at    INTEGER
) STRICT;
CREATE UNIQUE INDEX cache_name ON cache (name) WHERE deleted_at IS NULL;

CREATE TABLE key (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    cache_id   INTEGER NOT NULL REFERENCES cache (id),
    name       TEXT    NOT NULL,
    secret     TEXT    NOT NULL,
    public     TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('active', 'retired')),
    created_at INTEGER NOT NULL,
    UNIQUE (cache_id, public)
) STRICT;

CREATE TABLE pack (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    key        TEXT    NOT NULL UNIQUE,
    size       INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE trash (
    key   TEXT    PRIMARY KEY,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
    key        TEXT    PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('publish', 'cache', 'destroy', 'tombstone')),
    cache_uid  TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The record `key` replaces or ends what the record `ended` claims.
CREATE TABLE ends (
    key   TEXT NOT NULL,
    ended TEXT NOT NULL,
    PRIMARY KEY (key, ended)
) STRICT, WITHOUT ROWID;

CREATE TABLE chunk (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    digest    BLOB    NOT NULL,
    frame_id  BLOB    NOT NULL,
    pack_id   INTEGER NOT NULL REFERENCES pack (id),
    offset    INTEGER NOT NULL,
    frame_len INTEGER NOT NULL,
    raw_len   INTEGER NOT NULL,
    frame_sum INTEGER NOT NULL,
    verified  INTEGER NOT NULL DEFAULT 0,
    broken    INTEGER NOT NULL DEFAULT 0,
    UNIQUE (digest, frame_id)
) STRICT;
CREATE INDEX chunk_pack ON chunk (pack_id);
CREATE INDEX chunk_broken ON chunk (id) WHERE broken = 1;

CREATE TABLE lease (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    seq        INTEGER NOT NULL UNIQUE,
    cache_id   INTEGER NOT NULL REFERENCES cache (id),
    token_key  BLOB    NOT NULL,
    chunks     BLOB    NOT NULL,
    bytes      INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX lease_token ON lease (token_key, created_at, bytes);

-- state: 0 = every chunk is there and sound, 1 = one at least is broken.
CREATE TABLE nar (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    cache_id     INTEGER NOT NULL REFERENCES cache (id),
    seq          INTEGER NOT NULL UNIQUE,
    version      BLOB    NOT NULL,
    hash         BLOB    NOT NULL,
    size         INTEGER NOT NULL,
    frame_size   INTEGER NOT NULL,
    state        INTEGER NOT NULL DEFAULT 0,
    unused_since INTEGER,
    recipe       BLOB    NOT NULL,
    listing      BLOB    NOT NULL
) STRICT;
CREATE INDEX nar_hash ON nar (cache_id, hash);
CREATE INDEX nar_cache ON nar (cache_id, seq);
CREATE INDEX nar_broken ON nar (id) WHERE state = 1;

-- refs and sigs are texts with single spaces between the entries.
CREATE TABLE object (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    seq         INTEGER NOT NULL UNIQUE,
    cache_id    INTEGER NOT NULL REFERENCES cache (id),
    path_hash   TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    nar_id      INTEGER NOT NULL REFERENCES nar (id),
    refs        TEXT    NOT NULL,
    deriver     TEXT,
    ca          TEXT,
    sigs        TEXT    NOT NULL,
    record      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    created_by  TEXT,
    accessed_at INTEGER NOT NULL,
    removed_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX object_path ON object (cache_id, path_hash) WHERE removed_at IS NULL;
CREATE INDEX object_removed ON object (cache_id, path_hash) WHERE removed_at IS NOT NULL;
CREATE INDEX object_cache ON object (cache_id, seq);
CREATE INDEX object_nar ON object (nar_id);
