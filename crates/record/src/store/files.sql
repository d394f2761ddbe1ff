CREATE TABLE file (
    digest BLOB PRIMARY KEY, kind TEXT, id TEXT, key BLOB, bytes BLOB NOT NULL, CHECK ((kind IS NULL) = (key IS NULL))
) STRICT;
CREATE INDEX file_subject ON file (kind, id) WHERE kind IS NOT NULL;
