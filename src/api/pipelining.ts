import type { Socket } from 'node:net';
import type { NextFunction, Request, Response } from 'express';

/** Requests that one connection may have under way. Browsers and clients wait for each answer; one for the road. */
const MAX_UNDER_WAY = 4;

/**
 * Ends connections that send request upon request without waiting: Node.js would take up all that fit its buffer at once, and
 * everybody else would wait for answers that nobody reads.
 */
export function limitPipelining(): (request: Request, response: Response, next: NextFunction) => void {
  const underWay = new WeakMap<Socket, number>();
  return ({ socket }, response, next) => {
    const count = (underWay.get(socket) ?? 0) + 1;
    if (count > MAX_UNDER_WAY || socket.destroyed) return void socket.destroy();
    underWay.set(socket, count);
    response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    next();
  };
}
