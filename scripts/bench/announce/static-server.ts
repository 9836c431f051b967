import { createServer } from 'node:http';

// The platform's scale: the least that node:http can do for an answer as long as an announce with 50 peers.
const body = Buffer.alloc(380, 'x');
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length });
  response.end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', 1024, () => {
  const address = server.address();
  console.log(`listening on ${typeof address === 'object' ? address?.port : ''}`);
});
