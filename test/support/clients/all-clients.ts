import type { ToolName } from '../tools.ts';
import { aria2 } from './aria2.ts';
import type { Client } from './client.ts';
import { libtorrent } from './libtorrent.ts';
import { qbittorrent } from './qbittorrent.ts';
import { rtorrent } from './rtorrent.ts';
import { transmission } from './transmission.ts';

/** Every kind of client that downloads and seeds, and the program that it needs. */
export const allClients: readonly (readonly [ToolName, Client])[] = [
  ['libtorrent', libtorrent],
  ['transmission-daemon', transmission],
  ['aria2c', aria2],
  ['rtorrent', rtorrent],
  ['qbittorrent-nox', qbittorrent],
];
