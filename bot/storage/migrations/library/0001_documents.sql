CREATE TABLE library (
    fingerprint TEXT NOT NULL  -- of the seeds and of the parser that made this library
) STRICT;

CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE CHECK (slug <> ''),
    title TEXT NOT NULL,
    short_title TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    structure TEXT NOT NULL CHECK (structure IN ('sidecar', 'blank lines', 'numbering', 'automatic')),
    issuer TEXT,
    date TEXT,
    date_in_file TEXT,
    language TEXT NOT NULL,
    source TEXT,
    edition TEXT NOT NULL,
    edition_note TEXT,
    is_default INTEGER NOT NULL CHECK (is_default IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX documents_default ON documents (is_default) WHERE is_default;

CREATE TABLE paragraphs (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number >= 0),
    heading TEXT,
    text TEXT NOT NULL CHECK (text <> ''),
    supplied TEXT CHECK (supplied <> text),
    UNIQUE (document_id, number)
) STRICT;

CREATE TABLE sentences (
    paragraph_id INTEGER NOT NULL REFERENCES paragraphs ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number >= 1),
    text TEXT NOT NULL CHECK (text <> ''),
    strength INTEGER NOT NULL CHECK (strength BETWEEN 0 AND 3),
    digest TEXT NOT NULL,
    PRIMARY KEY (paragraph_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE corrections (
    document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    number INTEGER NOT NULL,
    paragraph INTEGER NOT NULL,
    find TEXT NOT NULL,
    replacement TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (document_id, number)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE paragraph_index USING fts5 (
    heading,
    text,
    content = 'paragraphs',
    content_rowid = 'id',
    tokenize = "porter unicode61 remove_diacritics 2"
);
