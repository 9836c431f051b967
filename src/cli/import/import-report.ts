/** What an import has done so far. */
export class ImportReport {
  /** Torrents published with their `.torrent` file, and those of which only the info-hash is known. */
  torrents = 0;
  bare = 0;
  /** Torrents whose data is seeded. */
  seeded = 0;
  peers = 0;
  /** Info-hashes put on a list. */
  listed = 0;
  readonly #passedOver: { what: string; why: string }[] = [];
  #passedOverCount = 0;

  /** A row or file that cannot be imported; the others go on. */
  passOver(what: string, why: string): void {
    this.#passedOverCount++;
    if (this.#passedOver.length < MAX_TOLD) this.#passedOver.push({ what, why });
  }

  /** What was passed over, with the reason; up to a thousand. */
  get passedOver(): readonly { readonly what: string; readonly why: string }[] {
    return this.#passedOver;
  }

  get passedOverCount(): number {
    return this.#passedOverCount;
  }

  /** For `--json`. */
  toJSON(): object {
    const { torrents, bare, seeded, peers, listed } = this;
    return {
      torrents,
      bare,
      seeded,
      peers,
      listed,
      passedOver: this.#passedOverCount,
      reasons: this.#passedOver,
    };
  }

  /** The last line for a person. */
  summary(isDryRun: boolean): string {
    const parts = [
      count(this.torrents, 'torrent'),
      this.bare > 0 ? `${count(this.bare, 'torrent')} by info-hash only` : '',
      this.seeded > 0 ? `${this.seeded} of them seeded` : '',
      this.listed > 0 ? count(this.listed, 'info-hash', 'info-hashes') : '',
      this.peers > 0 ? count(this.peers, 'peer') : '',
      this.#passedOverCount > 0 ? `${this.#passedOverCount} passed over` : '',
    ].filter((part) => part !== '' && !(part === '0 torrents' && this.listed > 0));
    return `${isDryRun ? 'Would import' : 'Imported'} ${parts.join(', ')}`;
  }
}

const MAX_TOLD = 1000;

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
