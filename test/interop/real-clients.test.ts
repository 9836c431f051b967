import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { ownAddress } from '../support/addresses.ts';
import { aria2 } from '../support/clients/aria2.ts';
import { type Client, type ClientOptions, download } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { qbittorrent } from '../support/clients/qbittorrent.ts';
import { rtorrent } from '../support/clients/rtorrent.ts';
import { transmission } from '../support/clients/transmission.ts';
import { checksums, sampleFiles, writeRandomFile, writeSampleFolder } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { Scope } from '../support/scope.ts';
import { type Published, publish, type RunningSeedbed, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

const fileBytes = 64_000_000;
const deadlineMs = 180_000;

/** A server with a large file and the sample folder published, and where their originals lie. */
interface Publication {
  readonly server: RunningSeedbed;
  readonly file: Published;
  readonly folder: Published;
}

const kinds: readonly { readonly client: Client; readonly tool: ToolName }[] = [
  { client: aria2, tool: 'aria2c' },
  { client: libtorrent, tool: 'libtorrent' },
  { client: transmission, tool: 'transmission-daemon' },
  { client: rtorrent, tool: 'rtorrent' },
  { client: qbittorrent, tool: 'qbittorrent-nox' },
];

describe('real clients download what was published', { timeout: 20 * 60_000, concurrency: 3 }, () => {
  const scope = new Scope();
  const expected: Record<string, Record<string, string>> = {};
  const publications = new Map<string, Promise<Publication>>();
  let originals = '';

  before(async () => {
    originals = await makeTempFolder(scope);
    await writeRandomFile(join(originals, 'large file.bin'), fileBytes);
    await writeSampleFolder(join(originals, 'sample folder'));
    for (const name of ['large file.bin', 'sample folder'])
      expected[name] = await checksums(join(originals, name));
  });
  after(() => scope.end());

  /** The publication at an address, made when it is first asked for. */
  function publicationAt(host: string): Promise<Publication> {
    const known = publications.get(host);
    if (known !== undefined) return known;
    const made = (async () => {
      const dataDir = join(await makeTempFolder(scope), 'data');
      const server = await startSeedbed(scope, { dataDir, host });
      const file = await publish(dataDir, join(originals, 'large file.bin'));
      const folder = await publish(dataDir, join(originals, 'sample folder'));
      return { server, file, folder };
    })();
    publications.set(host, made);
    return made;
  }

  /**
   * Where to publish for a client: each has a server of its own, since they run side by side and would meet. Transmission never connects to
   * loopback addresses.
   */
  function hostFor(test: TestContext, client: Client): string | undefined {
    if (client !== transmission) return `127.0.0.${11 + kinds.findIndex((kind) => kind.client === client)}`;
    const host = ownAddress();
    if (host === undefined)
      test.skip('this machine has no address beside loopback, which Transmission needs');
    return host;
  }

  async function downloadAndCompare(test: TestContext, client: Client, options: ClientOptions, name: string) {
    await mkdir(options.folder, { recursive: true });
    await download(client, { ...options, deadlineMs, signal: test.signal });
    assert.deepEqual(await checksums(join(options.folder, name)), expectedOf(client, name));
  }

  /** Transmission 3.00 makes no file for an empty one. */
  function expectedOf(client: Client, name: string): Record<string, string> {
    const all = Object.entries(expected[name] ?? {});
    return Object.fromEntries(all.filter(([path]) => client !== transmission || sampleFiles[path] !== 0));
  }

  // rtorrent connects to one peer of an address only; Transmission waits for itself most of the time.
  for (const { client, tool } of kinds)
    describe(client.name, { concurrency: client === transmission ? 3 : 1 }, () => {
      it(`${client.name}: a file of 64 MB by .torrent`, async (t) => {
        const host = hostFor(t, client);
        if (requireTool(t, tool) === undefined || host === undefined) return;
        const { file } = await publicationAt(host);
        const folder = await makeTempFolder(t);
        await downloadAndCompare(t, client, { torrent: file.torrentPath, folder, address: host }, file.name);
      });

      it(`${client.name}: a folder with nested, empty and Unicode names by .torrent`, async (t) => {
        const host = hostFor(t, client);
        if (requireTool(t, tool) === undefined || host === undefined) return;
        const publication = await publicationAt(host);
        const torrent = publication.folder.torrentPath;
        const folder = await makeTempFolder(t);
        await downloadAndCompare(t, client, { torrent, folder, address: host }, publication.folder.name);
      });

      it(`${client.name}: a folder by magnet`, async (t) => {
        const host = hostFor(t, client);
        if (requireTool(t, tool) === undefined || host === undefined) return;
        const publication = await publicationAt(host);
        const torrent = publication.folder.magnet;
        const folder = await makeTempFolder(t);
        await downloadAndCompare(t, client, { torrent, folder, address: host }, publication.folder.name);
      });
    });

  it('a second client gets pieces from the first: the tracker introduced them', async (t) => {
    if (requireTool(t, 'aria2c') === undefined || requireTool(t, 'libtorrent') === undefined) return;
    const { file } = await publicationAt('127.0.0.1');
    const [firstFolder, secondFolder] = [await makeTempFolder(t), await makeTempFolder(t)];
    const torrent = file.torrentPath;
    const first = await aria2.start(t, { torrent, folder: firstFolder, address: '127.0.0.2' });
    await first.finished(deadlineMs);
    // Slow enough that it asks every peer it knows before it is done.
    const second = await libtorrent.start(t, {
      torrent,
      folder: secondFolder,
      address: '127.0.0.3',
      downloadLimitKiB: 10_000,
    });
    await eventually(
      'the second client to have received from the first',
      async () => {
        const { peers } = await second.report();
        return peers.some(
          ({ address, downloadedBytes }) => address === first.address && Number(downloadedBytes) > 0,
        );
      },
      { deadlineMs: 60_000 },
    );
    await second.finished(deadlineMs);
    assert.deepEqual(await checksums(join(secondFolder, file.name)), expected[file.name]);
  });
});
