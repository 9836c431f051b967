import { objectOf } from './parts.ts';

/** Web seeds of others from which a torrent is fetched, in the description of the control API. */
export const WEB_SOURCES = {
  type: 'array',
  items: objectOf({
    client: { type: 'string', description: 'Such as "web seed www.example.org".' },
    state: {
      type: 'string',
      enum: ['idle', 'active', 'waiting', 'given-up', 'banned'],
      description: '"waiting": it failed, and is asked again later; "banned": it gave wrong data.',
    },
    reason: { type: ['string', 'null'], description: 'Why it was left last.' },
    downloadedBytes: { type: 'integer', minimum: 0 },
    downloadBytesPerSecond: { type: 'integer', minimum: 0 },
  }),
  description: 'Web seeds of others from which it is being fetched.',
} as const;
