/** A query or path that carries what only its user should know. */
const PASSKEY =
  /[?&](passkey|authkey|torrent_pass|auth|key)=[^&]{8,}|\/(?=[a-z]*\d)[0-9a-z]{20,}(?=\/|$|\?)/gi;

/** Whether a URL seems to carry a passkey. */
export function hasPasskey(url: string): boolean {
  return withoutPasskey(url) !== url;
}

/** The URL with `...` where a passkey seems to be: findings are shown to others. */
export function withoutPasskey(url: string): string {
  return url.replace(PASSKEY, (found) => found.replace(/[^/?&=]{8,}$/, '...'));
}
