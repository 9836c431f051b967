/** Whom a torrent may be served to. A fixed set: it labels a metric. */
export const SERVINGS = ['everybody', 'needy', 'nobody'] as const;

/**
 * Whom a torrent may be served to. `everybody`: as ever. `needy`: those whom we serve already, and those that come on by nothing without us;
 * nothing over HTTP. `nobody`: no connections of peers once it is whole, no blocks, no announces.
 */
export type Serving = (typeof SERVINGS)[number];
