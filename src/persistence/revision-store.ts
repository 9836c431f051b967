/** Data that all nodes of a database share and keep in memory. */
export type SharedData = 'torrents' | 'access' | 'users';

/** How often each kind of shared data was changed, by any node. */
export type Revisions = Readonly<Record<SharedData, number>>;

/** The names of the kinds. */
export const SHARED_DATA: readonly SharedData[] = ['torrents', 'access', 'users'];

/**
 * Revisions of shared data: a number a kind that grows in the very transaction that changes the data. Read the revisions first
 * and the data then: what was read is at least as new as its revision, so a node whose revisions are the stored ones overlooks nothing.
 */
export interface RevisionStore {
  /** The revisions as they are committed; 0 for what was never changed. */
  revisions(): Promise<Revisions>;
}
