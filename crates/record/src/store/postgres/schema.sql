CREATE TABLE form (version BIGINT NOT NULL);
CREATE TABLE head (one BIGINT PRIMARY KEY CHECK (one = 0), note TEXT NOT NULL);
CREATE TABLE entry (idx BIGINT PRIMARY KEY, line BYTEA NOT NULL);
CREATE TABLE event_id (id BYTEA PRIMARY KEY, idx BIGINT NOT NULL);
CREATE TABLE object (kind BYTEA, id BYTEA, number BIGINT NOT NULL UNIQUE, PRIMARY KEY (kind, id));
CREATE TABLE touch (number BIGINT, idx BIGINT, PRIMARY KEY (number, idx));
CREATE TABLE tile (level BIGINT, idx BIGINT, hashes BYTEA NOT NULL, PRIMARY KEY (level, idx));
CREATE TABLE cosigned (size BIGINT PRIMARY KEY, note TEXT NOT NULL);
CREATE TABLE subject_key (kind BYTEA, id BYTEA, key BYTEA NOT NULL, wrapped BYTEA NOT NULL, PRIMARY KEY (kind, id));
CREATE TABLE secret (
    kind BYTEA, id BYTEA, digest BYTEA, key BYTEA NOT NULL, bytes BYTEA NOT NULL, PRIMARY KEY (kind, id, digest)
);
CREATE TABLE erasure (kind BYTEA, id BYTEA, idx BIGINT, PRIMARY KEY (kind, id, idx));
CREATE TABLE file (
    digest BYTEA PRIMARY KEY, kind BYTEA, id BYTEA, key BYTEA, bytes BYTEA NOT NULL, CHECK ((kind IS NULL) = (key IS NULL))
);
CREATE INDEX file_subject ON file (kind, id) WHERE kind IS NOT NULL;
