// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * What a stranger wrote, as one line that is fit for a log or a terminal: control characters and those that turn
 * the direction of text become U+FFFD, and what is
 * longer than `max` characters is cut.
 */
export function printableLine(text: string, max = 300): string {
  const short = text.length > max ? `${text.slice(0, max)}...` : text;
  return short.toWellFormed().replace(UNPRINTABLE, '\ufffd');
}

/** The same in quotes, for an error message; what JSON escapes is escaped, so that one sees what was sent. */
export function quoted(text: string, max = 80): string {
  return printableLine(JSON.stringify(text.length > max ? `${text.slice(0, max)}...` : text), 8 * max);
}
