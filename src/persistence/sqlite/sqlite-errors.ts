import { PersistenceError, type PersistenceErrorCode } from '../errors.ts';

interface Meaning {
  readonly code: PersistenceErrorCode;
  readonly text: string;
}

const MEANINGS: readonly (readonly [string, Meaning])[] = [
  ['SQLITE_FULL', { code: 'ERR_DATABASE_FULL', text: 'cannot grow: the disk is full' }],
  ['SQLITE_NOTADB', { code: 'ERR_DATABASE_FORMAT', text: 'is no SQLite database' }],
  ['SQLITE_CORRUPT', { code: 'ERR_DATABASE_FORMAT', text: 'is damaged' }],
  [
    'SQLITE_READONLY',
    { code: 'ERR_DATABASE_READ_ONLY', text: 'cannot be written: the file or its folder is read-only' },
  ],
  [
    'SQLITE_CANTOPEN',
    { code: 'ERR_DATABASE_OPEN', text: 'cannot be opened: see that its folder exists and may be written' },
  ],
  ['SQLITE_BUSY', { code: 'ERR_DATABASE_BUSY', text: 'is locked by another program' }],
  ['SQLITE_IOERR', { code: 'ERR_DATABASE_IO', text: 'cannot be read or written: the disk reports a fault' }],
];

/** Turns what SQLite or knex threw into our error. SQLite's extended codes begin with the plain ones. */
export function toPersistenceError(error: unknown, path: string): PersistenceError {
  if (error instanceof PersistenceError) return error;
  const sqliteCode = codeOf(error);
  const meaning = MEANINGS.find(([prefix]) => sqliteCode.startsWith(prefix))?.[1];
  if (meaning !== undefined) {
    return new PersistenceError(meaning.code, `the database ${path} ${meaning.text}`, { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new PersistenceError('ERR_DATABASE', `the database ${path} refused: ${message}`, { cause: error });
}

function codeOf(error: unknown): string {
  // better-sqlite3 looks for the folder itself, and gives its error no code.
  if (error instanceof TypeError && error.message.includes('directory does not exist'))
    return 'SQLITE_CANTOPEN';
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return String(error.code);
}
