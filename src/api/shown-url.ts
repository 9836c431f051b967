/** A part of a path that says what answers there, and nothing of who asks. */
const PLAIN_NAME = /^(announce|scrape)(\.[a-z]+)?$/i;

/**
 * An announce URL as it may be shown to others: host and port, and of the path only that something is there. Passkeys stand in
 * paths, queries and before the host, and look like anything.
 */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return '...';
  const { protocol, host, pathname, search } = new URL(url);
  const names = pathname.split('/').filter((name) => name !== '');
  const shown = names.map((name) => (PLAIN_NAME.test(name) ? name : '...'));
  return `${protocol}//${host}/${shown.join('/')}${search === '' ? '' : '?...'}`;
}

/** What a tracker said, without what its URL has and should not be shown: some trackers repeat it. */
export function withoutSecretsOf(message: string, url: string): string {
  if (!URL.canParse(url)) return message;
  const { pathname, search, username, password } = new URL(url);
  const values = [...pathname.split('/'), ...search.slice(1).split(/[=&]/), username, password];
  return values
    .flatMap((value) => [value, decoded(value)])
    .filter((value) => value.length >= 6 && !PLAIN_NAME.test(value))
    .reduce((text, value) => text.replaceAll(value, '...'), message);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // no percent-encoding
  }
}
