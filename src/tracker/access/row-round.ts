/**
 * A walk over the rows of the swarm table that goes once round from wherever the last one stopped: one that begins anew before it has come to
 * its end would never reach the last rows. Rows that come to be meanwhile are not part of it.
 */
export class RowRound {
  /** The next row to be looked at, while {@link isOver} is false. */
  row = 0;
  #end = 0;
  #rest = 0;

  /** Every row has been looked at. */
  get isOver(): boolean {
    return this.#rest === 0;
  }

  /** From here on, all rows below `rows` are to be looked at. */
  begin(rows: number): void {
    this.#end = this.#rest = rows;
    if (this.row >= rows) this.row = 0;
  }

  /** There is nothing to look at. */
  cancel(): void {
    this.#rest = 0;
  }

  /** The row was looked at. */
  next(): void {
    this.#rest--;
    this.row = this.row + 1 < this.#end ? this.row + 1 : 0;
  }
}
