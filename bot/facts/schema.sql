-- facts.db: one base, built from its files and never changed afterwards.
-- `record` columns hold a frozen value of bot/facts/records.py or bot/facts/model.py as JSON;
-- queries filter and sort by the other columns. Only tables of short rows are WITHOUT ROWID: there, a
-- long row takes pages of its own. The columns of such a table's key come first and in its order:
-- otherwise, quick_check of SQLite 3.40 reports NULLs that do not exist.

CREATE TABLE about (
    key TEXT NOT NULL PRIMARY KEY,  -- info, fingerprint, changed
    value TEXT NOT NULL
);

CREATE TABLE thing (                -- in the order in which an empty field offers them
    rank INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    facts INTEGER NOT NULL,         -- about it
    forms INTEGER NOT NULL,         -- how many of its names in name_table are no offices
    short_id TEXT NOT NULL,         -- of buttons that have no space for the whole id
    record TEXT NOT NULL
);

CREATE TABLE name_table (           -- the names as they are compared, see bot/facts/names.py
    part TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
);

CREATE TABLE absent (               -- what people will ask for and no article mentions
    id TEXT NOT NULL PRIMARY KEY,
    record TEXT NOT NULL
);

CREATE TABLE source (
    id TEXT NOT NULL PRIMARY KEY,
    record TEXT NOT NULL
);

CREATE TABLE actor (
    id TEXT NOT NULL PRIMARY KEY,
    record TEXT NOT NULL
);

CREATE TABLE topic (
    id TEXT NOT NULL PRIMARY KEY,
    record TEXT NOT NULL
);

CREATE TABLE story (
    id TEXT NOT NULL PRIMARY KEY,
    record TEXT NOT NULL
);

CREATE TABLE event (
    id TEXT NOT NULL UNIQUE,
    rank INTEGER PRIMARY KEY,       -- in order of time
    first INTEGER,                  -- the days on which it may have been, as proleptic Gregorian
    last INTEGER,                   -- day numbers; NULL if nothing is known of its date
    record TEXT NOT NULL
);

CREATE TABLE involves (             -- an actor's part in an event, or a topic it belongs to
    thing TEXT NOT NULL,
    event TEXT NOT NULL REFERENCES event,
    PRIMARY KEY (thing, event)
) WITHOUT ROWID;

CREATE TABLE fact (
    key TEXT NOT NULL UNIQUE,       -- owner/fact
    owner TEXT NOT NULL,
    rank INTEGER PRIMARY KEY,       -- events' facts in order of time, actors', topics'
    version TEXT NOT NULL,
    withdrawn INTEGER NOT NULL,
    changed INTEGER NOT NULL,       -- reworded or withdrawn
    part TEXT NOT NULL,             -- with key and owner a FactRow of bot/facts/fact_row.py
    kind TEXT NOT NULL,
    by TEXT,
    accounts INTEGER NOT NULL,
    says TEXT NOT NULL,
    bears_on TEXT NOT NULL,
    cited TEXT NOT NULL,
    record TEXT NOT NULL,
    shown TEXT NOT NULL             -- what readers see of it, as JSON of bot/facts/shown.py
);

CREATE INDEX changed_fact ON fact (rank) WHERE changed;

CREATE TABLE cites (
    source TEXT NOT NULL REFERENCES source,
    paragraph INTEGER NOT NULL,
    fact INTEGER NOT NULL REFERENCES fact,
    PRIMARY KEY (source, paragraph, fact)
) WITHOUT ROWID;

CREATE TABLE bears (                -- every thing that a fact is about
    thing TEXT NOT NULL,
    fact INTEGER NOT NULL REFERENCES fact,
    PRIMARY KEY (thing, fact)
) WITHOUT ROWID;

CREATE TABLE unanswered (           -- the questions that no article answers, in one row
    record TEXT NOT NULL
);

CREATE TABLE word (                 -- every word of facts, names and asks, to repair typos
    form TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE unit (                 -- what a question in plain words can be answered with
    rank INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,       -- owner/fact, h:event, r:actor, s:source
    record TEXT NOT NULL
);

CREATE TABLE fact_unit (            -- the facts among the units, of which a search reads many
    unit_rank INTEGER PRIMARY KEY REFERENCES unit,
    fact_rank INTEGER NOT NULL REFERENCES fact,
    key TEXT NOT NULL
);

CREATE VIRTUAL TABLE unit_text USING fts5 ( -- rowid = unit.rank; all in terms, which need no rules
    asks,                           -- what people type to get it
    own,                            -- what it says, and the things that it is about
    content = "",                   -- the terms are searched, and never read
    tokenize = "unicode61 remove_diacritics 0 tokenchars '@=+&-'"
);

CREATE TABLE unit_term (            -- the terms of unit_text that occur in so many units, between spaces
    units INTEGER PRIMARY KEY,
    terms TEXT NOT NULL
);
