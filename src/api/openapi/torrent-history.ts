const time = { type: ['string', 'null'], format: 'date-time' } as const;

/** Where a torrent comes from, when its bytes last moved, and which of them were of no use. */
export const HISTORY_MEMBERS = {
  addedAt: { type: 'string', format: 'date-time', description: 'When it came to this server.' },
  createdAt: { ...time, description: 'When its .torrent file was made; null when that does not say.' },
  createdBy: { type: ['string', 'null'], description: 'The program that made it, by the same file.' },
  comment: { type: ['string', 'null'], description: 'By the same file.' },
  lastUploadedAt: {
    ...time,
    description: 'When the seed node last sent a byte of it; null when it never has, as far as is known.',
  },
  lastDownloadedAt: { ...time, description: 'When it last fetched one.' },
  wastedBytes: {
    type: 'integer',
    minimum: 0,
    description:
      'Fetched by the seed node since it started, and of no use: blocks of bad pieces, that were here already, that nobody had asked for (these alone are not in downloadedBytes), or of pieces that were given up.',
  },
  wastedTotalBytes: { type: 'integer', minimum: 0, description: 'The same since ever.' },
} as const;
