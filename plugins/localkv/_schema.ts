/**
 * Layout of the file, version 1.
 *
 * `entries` has one row per existing key. `history` has one row per change, with the entry that the change
 * replaced, so that past revisions can be read (see `RevisionTable` in `core/keyvalue`); the `value` of a
 * delete is NULL. `meta` has one row. The current revision is not stored separately: it is the last revision
 * in `history` or, when all history was compacted, the compacted revision.
 *
 * Text is compared by its UTF-8 bytes (BINARY), the key order of the contract.
 */
export const schemaVersion = 1;

/** Identifies the file as a store, so that the database of another program is never changed. */
export const applicationId = 0x43494d31;

export const schema = `
CREATE TABLE entries (
  key TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL,
  revision INTEGER NOT NULL,
  create_revision INTEGER NOT NULL,
  expires_at INTEGER
) STRICT;
CREATE INDEX entries_expiry ON entries (expires_at, key) WHERE expires_at IS NOT NULL;
CREATE TABLE history (
  revision INTEGER NOT NULL,
  key TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  value BLOB,
  create_revision INTEGER,
  expires_at INTEGER,
  previous_value BLOB,
  previous_revision INTEGER,
  previous_create_revision INTEGER,
  previous_expires_at INTEGER
) STRICT;
CREATE INDEX history_revision ON history (revision, key);
CREATE TABLE meta (compacted_revision INTEGER NOT NULL) STRICT;
INSERT INTO meta VALUES (0);
PRAGMA user_version = ${schemaVersion};
PRAGMA application_id = ${applicationId};
`;

const entryColumns = "key, value, revision, create_revision, expires_at";
const replacedColumns = "key, previous_value AS value, previous_revision AS revision, " +
  "previous_create_revision AS create_revision, previous_expires_at AS expires_at";
const previousColumns =
  "key, previous_value, previous_revision, previous_create_revision, previous_expires_at";

/** Condition for the keys that start with a prefix; `:end` is the first key after them. */
const inPrefix = "key >= :start AND key < :end";

/**
 * Condition for the keys of a page: those in the prefix after `:after`, which is then also `:start`. With a second
 * lower bound, SQLite may begin its search at the lower one of the two and read each page from the first key on.
 */
const onPage = `${inPrefix} AND key <> :after`;

/** The statements that the table prepares. */
export const statements = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  get: `SELECT ${entryColumns} FROM entries WHERE key = ?`,
  list: `SELECT ${entryColumns} FROM entries WHERE ${onPage} ORDER BY key LIMIT :limit`,
  keys: `SELECT key FROM entries WHERE ${onPage} ORDER BY key LIMIT :limit`,
  listAsOf: `SELECT ${entryColumns} FROM entries WHERE ${onPage} AND revision <= :revision ` +
    `UNION ALL SELECT ${previousColumns} FROM history ` +
    `WHERE revision > :revision AND previous_revision <= :revision AND ${onPage} ` +
    "ORDER BY key LIMIT :limit",
  replaced: `SELECT ${replacedColumns} FROM history ` +
    `WHERE revision = :revision AND previous_revision IS NOT NULL AND ${onPage} ` +
    "ORDER BY key LIMIT :limit",
  history: "SELECT * FROM history WHERE (revision, key) > (:from, :after) AND revision <= :to " +
    `AND ${inPrefix} ORDER BY revision, key LIMIT :limit`,
  put: "INSERT INTO entries VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET " +
    "value = excluded.value, revision = excluded.revision, " +
    "create_revision = excluded.create_revision, expires_at = excluded.expires_at",
  delete: "DELETE FROM entries WHERE key = ?",
  record: "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  nextExpiry: "SELECT min(expires_at) AS at FROM entries WHERE expires_at IS NOT NULL",
  expired: `SELECT ${entryColumns} FROM entries WHERE expires_at <= ? ` +
    "ORDER BY expires_at, key LIMIT ?",
  lastRevision: "SELECT max(revision) AS revision FROM history",
  compactedRevision: "SELECT compacted_revision AS revision FROM meta",
  historySize: "SELECT count(*) AS count FROM history",
  beyondCount: "SELECT revision FROM history ORDER BY revision DESC LIMIT 1 OFFSET ?",
  firstSince: "SELECT revision FROM history WHERE changed_at >= ? ORDER BY revision LIMIT 1",
  trim: "DELETE FROM history WHERE revision <= ?",
  compacted: "UPDATE meta SET compacted_revision = ?",
  pageCount: "PRAGMA page_count",
} as const;
