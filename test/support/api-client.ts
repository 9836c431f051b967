import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App, AppParts } from '../../src/app.ts';
import type { Config } from '../../src/config/settings.ts';
import { startTestApp } from './app.ts';
import type { CleanupOwner } from './scope.ts';

/** An answer of the control API; `body` is undefined when there is none. */
export interface ApiReply<Body> {
  readonly status: number;
  readonly body: Body;
}

/** What a reply of an error looks like. */
export interface ApiErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}

/** A running Seedbed with its control API. */
export interface TestApi {
  readonly app: App & { readonly dataDir: string; readonly url: string };
  /** Calls the control API with the token; the caller says what the body is. */
  call<Body = ApiErrorBody>(method: string, path: string, body?: object): Promise<ApiReply<Body>>;
}

/** Starts Seedbed on loopback, to be spoken to by its control API; it ends with its owner. */
export async function startTestApi(
  owner: CleanupOwner,
  flags: Partial<Config> = {},
  parts: Partial<AppParts> = {},
): Promise<TestApi> {
  const app = await startTestApp(owner, flags, parts);
  const token = (await readFile(join(app.dataDir, 'api-token'), 'utf8')).trim();
  return {
    app,
    async call(method, path, body) {
      const response = await fetch(`${app.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
    },
  };
}
