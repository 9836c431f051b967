import type { Response } from 'express';
import { type Clock, systemClock } from '../../seeder/clock.ts';
import type { Download } from '../../seeder/web-seed/web-seed.ts';

/** A client that takes none of 256 KiB for so long is gone, or wants to hold a place. */
export const STALL_TIMEOUT_MS = 120_000;

/**
 * Writes a download whose first bytes are read into its response, as fast as the client takes it. Whole or not, the response is over when
 * the promise resolves; false: it was cut short, since there is no other way to tell a client that the rest will not come.
 */
export async function transfer(
  download: Download,
  first: Buffer | undefined,
  response: Response,
  clock: Clock = systemClock,
): Promise<boolean> {
  try {
    for (let bytes = first; bytes !== undefined; bytes = await download.next()) {
      await write(response, bytes, clock);
      download.sent(bytes.length);
    }
    response.end();
    return true;
  } catch {
    response.destroy(); // the reason is told where it belongs: the torrent has failed, the client is gone, or we are stopping
    return false;
  }
}

/** Resolves when the kernel has the bytes. */
function write(response: Response, bytes: Buffer, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null | undefined): void => {
      cancel();
      response.off('close', onClose);
      if (error) reject(error);
      else resolve();
    };
    const onClose = (): void => settle(new Error('the client went away'));
    const cancel = clock.after(STALL_TIMEOUT_MS, () => settle(new Error('the client takes nothing')));
    response.once('close', onClose);
    if (response.destroyed) onClose();
    else response.write(bytes, settle);
  });
}
