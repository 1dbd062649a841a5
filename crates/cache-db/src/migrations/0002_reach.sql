-- What each cache reaches, by blocks of 4,096 chunk ids: `ever` are the chunks
-- of all NARs it ever had, `live` counts for each chunk the NARs that a live
-- object names. Filled by the migration.
CREATE TABLE reach (
    block    INTEGER NOT NULL,
    cache_id INTEGER NOT NULL REFERENCES cache (id),
    ever     BLOB    NOT NULL,
    live     BLOB    NOT NULL,
    PRIMARY KEY (block, cache_id)
) STRICT, WITHOUT ROWID;
