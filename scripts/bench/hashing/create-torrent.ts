// create-torrent (npm) as a program: `create-torrent.ts INPUT OUTPUT`.
import { writeFile } from 'node:fs/promises';
import createTorrent from 'create-torrent';

type Create = (
  input: string,
  options: { announce: string[] },
  done: (error: Error | null, torrent: Uint8Array) => void,
) => void;

const [input = '', output = ''] = process.argv.slice(2);
(createTorrent as unknown as Create)(
  input,
  { announce: ['http://127.0.0.1:9/announce'] },
  (error, torrent) => {
    if (error !== null) throw error;
    void writeFile(output, torrent);
  },
);
