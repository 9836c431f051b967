import { type Html, html } from './html.ts';
import type { PublicStats } from './public-stats.ts';

/** The page at `/stats`. */
export function statsPage(stats: PublicStats): Html {
  const { http, udp, ws } = stats.announcesPerSecond;
  const rows: readonly (readonly [label: string, value: string])[] = [
    ['Torrents tracked', count(stats.swarms)],
    ['Seeders', count(stats.seeders)],
    ['Leechers', count(stats.leechers)],
    ['Downloads completed since the start', count(stats.completed)],
    ['Announces a second over HTTP', count(http)],
    ['Announces a second over UDP', count(udp)],
    ['Announces a second over WebSocket', count(ws)],
    ['Up for', duration(stats.uptimeSeconds)],
  ];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>How busy this tracker is</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<main>
<h1>This tracker</h1>
<p class="soft">Seedbed ${stats.version}. The same figures for programs: <a href="stats.json">/stats.json</a></p>
<table>${rows.map(
    ([label, value]) => html`<tr><th scope="row">${label}</th><td>${value}</td></tr>
`,
  )}</table>
</main>
</body>
</html>
`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function duration(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`;
}
