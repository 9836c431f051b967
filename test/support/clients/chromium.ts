import { once } from 'node:events';
import { WebSocket } from 'ws';
import { withDeadline } from '../eventually.ts';
import { startProcess } from '../processes.ts';
import { type CleanupOwner, cleanup } from '../scope.ts';
import { makeTempFolder } from '../temp-folder.ts';

const FLAGS = [
  '--headless=new',
  '--no-sandbox', // tests run as root in containers
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
  // Nothing leaves this machine, and WebRTC may use the addresses that are left.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
  '--disable-features=WebRtcHideLocalIpsWithMdns,OptimizationHints,MediaRouter',
  '--allow-loopback-in-peer-connection',
  'about:blank',
];

interface Answer {
  readonly id?: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** A page in a browser: code runs in it. */
export class BrowserPage {
  readonly #call: Browser['call'];
  readonly #sessionId: string;

  constructor(call: Browser['call'], sessionId: string) {
    this.#call = call;
    this.#sessionId = sessionId;
  }

  /** Runs an expression and waits for its promise; its value must be JSON. */
  async evaluate(expression: string): Promise<unknown> {
    const parameters = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.#call('Runtime.evaluate', parameters, this.#sessionId);
    if (exceptionDetails !== undefined) throw new Error(`in the page: ${JSON.stringify(exceptionDetails)}`);
    return (result as { readonly value?: unknown }).value; // by the protocol
  }
}

/** A headless Chromium, spoken to by its devtools protocol; it ends with its owner. */
export class Browser {
  readonly #devtools: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  private constructor(devtools: WebSocket) {
    this.#devtools = devtools;
    devtools.on('message', (data) => {
      const answer = JSON.parse(String(data)) as Answer; // a browser's
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    });
  }

  static async start(owner: CleanupOwner, command: string): Promise<Browser> {
    const profile = await makeTempFolder(owner);
    const chromium = startProcess(owner, command, [`--user-data-dir=${profile}`, ...FLAGS], {
      name: 'chromium',
    });
    const [, url = ''] = await chromium.waitForOutput(/DevTools listening on (ws:\S+)/, 60_000);
    const devtools = new WebSocket(url, { perMessageDeflate: false });
    cleanup(owner, () => devtools.terminate());
    await withDeadline('the devtools of chromium', once(devtools, 'open'));
    return new Browser(devtools);
  }

  /** Opens a page that shares nothing with the others. */
  async newPage(): Promise<BrowserPage> {
    const { browserContextId } = await this.call('Target.createBrowserContext', {});
    const { targetId } = await this.call('Target.createTarget', { url: 'about:blank', browserContextId });
    const { sessionId } = await this.call('Target.attachToTarget', { targetId, flatten: true });
    return new BrowserPage(this.call, String(sessionId));
  }

  readonly call = async (
    method: string,
    params: object,
    sessionId?: string,
  ): Promise<Readonly<Record<string, unknown>>> => {
    const id = ++this.#lastId;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#devtools.send(JSON.stringify({ id, method, params, sessionId }));
    const { result, error } = await withDeadline(`${method} of chromium`, answered, 150_000).finally(() =>
      this.#waiting.delete(id),
    );
    if (result === undefined) throw new Error(`${method}: ${error?.message}`);
    return result;
  };
}
