/** One file of the data to hash; the files lie one behind the other. */
export interface HashFile {
  /** Absolute, or undefined for a pad file: zeros that exist in the hashes only (BEP 47). */
  readonly path: string | undefined;
  /** Bytes. */
  readonly length: number;
  /** When the bytes are only a part of the file at `path`: where they begin there, and how long that file is. */
  readonly within?: { readonly start: number; readonly size: number } | undefined;
}

/** Where each file of the data begins; the files lie one behind the other. 8 bytes a file. */
export class DataLayout {
  /** Bytes of all files. */
  readonly length: number;
  readonly #files: readonly HashFile[];
  readonly #offsets: Float64Array;

  constructor(files: readonly HashFile[]) {
    this.#files = files;
    this.#offsets = new Float64Array(files.length);
    let offset = 0;
    for (const [index, file] of files.entries()) {
      this.#offsets[index] = offset;
      offset += file.length;
    }
    this.length = offset;
  }

  /** Where the file begins, in bytes of the data. */
  offsetOf(index: number): number {
    return this.#offsets[index] ?? this.length;
  }

  /** The index of the file that holds the byte at `offset`: the last one that begins at or before it. */
  fileAt(offset: number): number {
    let low = 0;
    let high = this.#offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#offsets[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  /**
   * The bytes from `offset` on that belong to the file that begins or goes on there, and that file's length. Pad files have
   * none of their own. With one file a piece (BEP 52), this is what a piece holds but for its padding.
   */
  ownBytesAt(offset: number): { readonly own: number; readonly fileLength: number } {
    const index = this.fileAt(offset);
    const file = this.#files[index];
    if (file?.path === undefined) return { own: 0, fileLength: 0 };
    return { own: this.offsetOf(index) + file.length - offset, fileLength: file.length };
  }
}
