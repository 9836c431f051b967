import type { IncomingMessage, RequestListener } from 'node:http';

/** The path of a public URL, such as `/tracker` of `https://example.org/tracker/`; empty when it has none. */
export function basePathOf(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
}

/**
 * Answers below a path as well as without it: some reverse proxies pass it on, some take it off. The path itself leads to the page, with a
 * slash at its end, from which the links of the page go on.
 */
export function servedBelow(basePath: string, handle: RequestListener): RequestListener {
  if (basePath === '') return handle;
  return (request, response) => {
    const { url = '/' } = request;
    if (url === basePath || url.startsWith(`${basePath}?`)) {
      response.writeHead(308, { Location: `${basePath}/${url.slice(basePath.length)}` }).end();
      return;
    }
    stripBasePath(basePath, request);
    handle(request, response);
  };
}

/** Takes the path off the URL of a request that has it. */
export function stripBasePath(basePath: string, request: IncomingMessage): void {
  if (request.url?.startsWith(`${basePath}/`) === true) request.url = request.url.slice(basePath.length);
}
