import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { connect } from 'node:tls';
import { encodeMetainfo } from '../../src/bittorrent/metainfo/encode.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { makeCertificateFiles } from '../support/certificates.ts';
import { aria2 } from '../support/clients/aria2.ts';
import { type Client, download } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { checksums, writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { publish, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

const kinds: readonly { readonly client: Client; readonly tool: ToolName }[] = [
  { client: aria2, tool: 'aria2c' },
  { client: libtorrent, tool: 'libtorrent' },
];

/** The serial number of the certificate that a port shows. */
function serialNumber(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

describe('real clients find the seed node over HTTPS alone', { timeout: 5 * 60_000 }, () => {
  for (const { client, tool } of kinds)
    it(`${client.name}, which checks the certificate, before and after it is renewed`, async (t) => {
      if (requireTool(t, tool) === undefined || requireTool(t, 'openssl') === undefined) return;
      const work = await makeTempFolder(t);
      const path = join(work, 'file.bin');
      await writeRandomFile(path, 2_000_000);
      const { cert, key } = await makeCertificateFiles(work, 'one');
      const next = await makeCertificateFiles(work, 'two');
      const server = await startSeedbed(t, {
        dataDir: join(work, 'data'),
        args: ['--tls-cert', cert, '--tls-key', key, '--https-port', '0', '--no-udp'],
      });
      const { torrentPath, announceUrl } = await publish(server.dataDir, path);
      assert.match(announceUrl, /^https:\/\/127\.0\.0\.1:[1-9]\d*\/announce$/);
      const httpsPort = Number(new URL(announceUrl).port);
      const metainfo = parseMetainfo(await readFile(torrentPath));
      assert.deepEqual(metainfo.announceTiers, [[announceUrl]]);

      const overTls = join(work, 'https.torrent');
      await writeFile(overTls, encodeMetainfo(metainfo));
      const fetchAll = async (name: string, trusted: string): Promise<void> => {
        const folder = join(work, name);
        await mkdir(folder);
        await download(client, { torrent: overTls, folder, trusted, deadlineMs: 40_000, signal: t.signal });
        assert.deepEqual(await checksums(join(folder, 'file.bin')), await checksums(path));
      };
      const trustedFirst = join(work, 'trusted.pem');
      await copyFile(cert, trustedFirst);
      await fetchAll('first', trustedFirst);

      const before = await serialNumber(httpsPort);
      await rename(next.key, key);
      await rename(next.cert, cert);
      await eventually('the new certificate', async () => (await serialNumber(httpsPort)) !== before);
      await fetchAll('second', cert);
    });
});
