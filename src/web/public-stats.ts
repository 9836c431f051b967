/** How busy the tracker is, as strangers may see it. */
export interface PublicStats {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly swarms: number;
  /** Endpoints in all swarms: a client that is reached over IPv4 and IPv6 counts twice. */
  readonly seeders: number;
  readonly leechers: number;
  /** Downloads completed since the start. */
  readonly completed: number;
  /** Announces a second by protocol, since somebody last looked. */
  readonly announcesPerSecond: Readonly<Record<'http' | 'udp' | 'ws', number>>;
}
