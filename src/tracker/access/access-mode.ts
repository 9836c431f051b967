/** Which torrents a tracker tracks: any, those registered here, these and an allow list, or all but a deny list. */
export const ACCESS_MODES = ['open', 'registered', 'allow', 'deny'] as const;

/** One of {@link ACCESS_MODES}. */
export type AccessMode = (typeof ACCESS_MODES)[number];

/** Whether a text is an access mode. */
export function isAccessMode(text: unknown): text is AccessMode {
  return ACCESS_MODES.some((mode) => mode === text);
}
