// Only the server's module: the package's index would load WebRTC.
// @ts-expect-error the package has no types and is installed on demand
import Server from 'bittorrent-tracker/server';

interface TrackerServer {
  readonly http: { address(): { port: number }; keepAliveTimeout: number };
  on(event: 'error' | 'warning', listener: (error: Error) => void): void;
  listen(port: number, host: string, listening: () => void): void;
}

const server = new Server({
  http: true,
  udp: false,
  ws: false,
  stats: false,
  interval: 600_000,
}) as TrackerServer;
server.on('error', (error) => console.error(error));
server.on('warning', () => {});
server.http.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.http.address().port}`));
