import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { startProcess } from './processes.ts';
import type { CleanupOwner } from './scope.ts';
import { makeTempFolder } from './temp-folder.ts';

/** Serves a folder with nginx on loopback; resolves with its URL, which ends with a slash. */
export async function startNginx(owner: CleanupOwner, program: string, root: string): Promise<string> {
  const folder = await makeTempFolder(owner);
  const port = await freePort();
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const config = join(folder, 'nginx.conf');
  await writeFile(
    config,
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr;\nevents {}\nhttp {\naccess_log off; sendfile on; ${temp.join(' ')}\nserver { listen 127.0.0.1:${port}; root "${root}"; }\n}\n`,
  );
  startProcess(owner, program, ['-p', folder, '-e', 'stderr', '-c', config], { name: 'nginx' });
  const url = `http://127.0.0.1:${port}/`;
  await eventually('nginx', () =>
    fetch(url).then(
      (response) => response.body?.cancel().then(() => true),
      () => false,
    ),
  );
  return url;
}
