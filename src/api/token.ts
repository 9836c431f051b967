import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NextFunction, Request, Response } from 'express';
import { writeDataFile } from './data-file.ts';

const TOKEN_FILE = 'api-token';
const TOKEN_PATTERN = /^[0-9a-f]{64}$/;

/** The secret of the control API, from the data folder; undefined when there is none yet. */
export async function readToken(dataDir: string): Promise<string | undefined> {
  const text = await readFile(join(dataDir, TOKEN_FILE), 'utf8').catch(() => ''); // missing: the same as empty
  return TOKEN_PATTERN.test(text.trim()) ? text.trim() : undefined;
}

/** The secret of the control API, made at the first start; only the owner of the data folder can read it. */
export async function ensureToken(dataDir: string): Promise<string> {
  const present = await readToken(dataDir);
  if (present !== undefined) return present;
  const token = randomBytes(32).toString('hex');
  await writeDataFile(join(dataDir, TOKEN_FILE), `${token}\n`, 0o600);
  return token;
}

/** Tells whether a request carries `Authorization: Bearer <token>`, in the same time whatever it carries. */
export function tokenCheck(token: string): (request: Request) => boolean {
  const expected = digest(token);
  return (request) => {
    const given = /^Bearer +(\S{1,256})$/i.exec(request.get('authorization') ?? '')?.[1] ?? '';
    return timingSafeEqual(digest(given), expected);
  };
}

/** Lets requests pass that carry the token; answers 401 to all others. */
export function requireToken(
  token: string,
): (request: Request, response: Response, next: NextFunction) => void {
  const isAuthorized = tokenCheck(token);
  return (request, response, next) => {
    if (isAuthorized(request)) return next();
    response
      .status(401)
      .set('WWW-Authenticate', 'Bearer')
      .json({
        error: {
          code: 'ERR_UNAUTHORIZED',
          message: 'this needs the token from the file api-token in the data folder',
        },
      });
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
