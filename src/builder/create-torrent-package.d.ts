declare module 'create-torrent' {
  /** A file as the package sees it: nothing of `path` is used here. */
  export interface ParsedFile {
    readonly length: number;
  }
  export function parseInput(
    input: string | readonly string[],
    options: object,
    callback: (error: Error | null, files: readonly ParsedFile[], isSingleFile: boolean) => void,
  ): void;
  export function isJunkPath(path: readonly string[]): boolean;
  /** Tests only: the whole of the package, as a cross-check. */
  export default function createTorrent(
    input: string | readonly { readonly name: string }[],
    options: object,
    callback: (error: Error | null, torrent: Uint8Array) => void,
  ): void;
}
