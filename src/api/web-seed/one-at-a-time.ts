import type { Socket } from 'node:net';
import type { NextFunction, Request, Response } from 'express';

/** Requests of one connection that may wait; beyond, no more is read from it. */
const MAX_WAITING = 64;
/** What came in the same packets may exceed that, but not this: nobody's requests are so short. */
const MAX_WAITING_EVER = 512;
/** Requests that may wait at all connections together: some 3 KiB each. */
const MAX_WAITING_IN_ALL = 20_000;

/** The requests of one connection: one is under way or none, the others wait. It lasts as long as the connection. */
interface Line {
  waiting: (() => void)[];
  isBusy: boolean;
  isPaused: boolean;
}

/**
 * Handles the requests of a connection one after another. libtorrent sends one for each file that its pieces touch, hundreds together: they
 * are one download, with one place among all, and its answers leave in this order anyway.
 */
export function oneAtATime(): (request: Request, response: Response, next: NextFunction) => void {
  const lines = new Lines();
  return ({ socket }, response, next) =>
    lines.enter(socket, () => {
      response.once('close', () => lines.goOn(socket));
      next();
    });
}

class Lines {
  readonly #lines = new WeakMap<Socket, Line>();
  #waiting = 0;

  enter(socket: Socket, handle: () => void): void {
    if (socket.destroyed) return;
    const line = this.#lines.get(socket) ?? this.#open(socket);
    if (!line.isBusy) {
      line.isBusy = true;
      return handle();
    }
    if (line.waiting.length >= MAX_WAITING_EVER || this.#waiting >= MAX_WAITING_IN_ALL)
      return void socket.destroy();
    line.waiting.push(handle);
    this.#waiting++;
    if (line.waiting.length < MAX_WAITING || line.isPaused) return;
    line.isPaused = true;
    socket.pause();
  }

  goOn(socket: Socket): void {
    const line = this.#lines.get(socket);
    if (line === undefined || socket.destroyed) return;
    const next = line.waiting.shift();
    line.isBusy = next !== undefined;
    if (next === undefined) return;
    this.#waiting--;
    if (line.isPaused && line.waiting.length < MAX_WAITING / 2) {
      line.isPaused = false;
      socket.resume();
    }
    next();
  }

  #open(socket: Socket): Line {
    const line: Line = { waiting: [], isBusy: false, isPaused: false };
    this.#lines.set(socket, line);
    socket.once('close', () => {
      this.#waiting -= line.waiting.length;
      line.waiting = [];
    });
    return line;
  }
}
