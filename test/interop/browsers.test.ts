import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startTestApp } from '../support/app.ts';
import { Browser, type BrowserPage } from '../support/clients/chromium.ts';
import { eventually } from '../support/eventually.ts';
import { requireTool } from '../support/tools.ts';

/**
 * What runs in a page: a client such as WebTorrent's, in few lines. It announces with offers, answers those of others, and greets
 * whoever it is connected to over a data channel. `greetings` resolves with what it was told first.
 */
const CLIENT = String.raw`
class PageClient {
  constructor(url, peerId) {
    this.peerId = peerId;
    this.infoHash = '\x01\xff"\\\n'.padEnd(20, '\u00e9');
    this.offers = new Map();
    this.replies = [];
    this.greetings = new Promise((resolve, reject) => {
      this.greeted = resolve;
      setTimeout(() => reject(new Error('no greeting; got ' + JSON.stringify(this.replies))), 120_000);
    });
    this.socket = new WebSocket(url);
    this.socket.onmessage = ({ data }) => this.receive(JSON.parse(data));
    this.isOpen = new Promise((resolve, reject) => {
      this.socket.onopen = resolve;
      this.socket.onerror = () => reject(new Error('the socket does not open'));
    });
  }

  send(message) {
    const { infoHash: info_hash, peerId: peer_id } = this;
    this.socket.send(JSON.stringify({ action: 'announce', info_hash, peer_id, ...message }));
  }

  /** Offers connections, and others every few seconds until one of them speaks, as clients do at their announces. */
  async start(offers) {
    const again = setInterval(() => this.offer(offers), 4_000);
    this.greetings.then(() => clearInterval(again));
    await this.offer(offers);
  }

  async offer(offers) {
    await this.isOpen;
    const round = this.replies.length;
    const made = [];
    for (let i = 0; i < offers; i++) {
      const connection = new RTCPeerConnection();
      this.use(connection.createDataChannel('data'));
      await connection.setLocalDescription(await connection.createOffer());
      await gathered(connection);
      const offer_id = (this.peerId + round + i).slice(-20).padStart(20, '\u0080');
      this.offers.set(offer_id, connection);
      made.push({ offer_id, offer: connection.localDescription });
    }
    this.send({ event: 'started', left: 1, uploaded: 0, downloaded: 0, numwant: offers, offers: made });
  }

  async receive(message) {
    if (message.info_hash !== this.infoHash) throw new Error('for another torrent');
    if (message.offer) await this.accept(message);
    else if (message.answer) await this.offers.get(message.offer_id).setRemoteDescription(message.answer);
    else this.replies.push(message);
  }

  async accept({ offer, offer_id, peer_id }) {
    const connection = new RTCPeerConnection();
    connection.ondatachannel = ({ channel }) => this.use(channel);
    await connection.setRemoteDescription(offer);
    await connection.setLocalDescription(await connection.createAnswer());
    await gathered(connection);
    this.send({ to_peer_id: peer_id, offer_id, answer: connection.localDescription });
  }

  use(channel) {
    const greet = () => channel.send('hello from ' + this.peerId);
    if (channel.readyState === 'open') greet(); // one that the other side made may be open already, and tells no more
    else channel.onopen = greet;
    channel.onmessage = ({ data }) => this.greeted(data);
  }
}

function gathered(connection) {
  if (connection.iceGatheringState === 'complete') return;
  return new Promise((resolve) => {
    connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && resolve();
  });
}
`;

/** Starts the client in a page. */
async function joinAs(page: BrowserPage, url: string, peerId: string) {
  await page.evaluate(
    `${CLIENT}; globalThis.client = new PageClient(${JSON.stringify(url)}, ${JSON.stringify(peerId)}); client.start(5)`,
  );
  return {
    page,
    /** What it was told: `seeders/leechers` of each reply. */
    async counts(): Promise<string[]> {
      const counts = 'client.replies.map(({ complete, incomplete }) => complete + "/" + incomplete)';
      return (await page.evaluate(counts)) as string[]; // as it is written
    },
  };
}

describe('browsers', { timeout: 180_000 }, () => {
  it('find one another through the tracker, and talk by WebRTC', async (t) => {
    const command = requireTool(t, 'chromium');
    if (command === undefined) return;
    const app = await startTestApp(t, { open: true });
    const browser = await Browser.start(t, command);
    const url = `ws://127.0.0.1:${app.httpPort}/announce`;
    const alice = await joinAs(await browser.newPage(), url, '-WW0203-alice-in-tab');
    await eventually('alice in the swarm', async () => (await alice.counts()).length > 0);
    const bob = await joinAs(await browser.newPage(), url, '-WW0203-bob-in-a-tab');
    assert.equal(await alice.page.evaluate('client.greetings'), 'hello from -WW0203-bob-in-a-tab');
    assert.equal(await bob.page.evaluate('client.greetings'), 'hello from -WW0203-alice-in-tab');
    assert.equal((await bob.counts())[0], '0/2');
    await alice.page.evaluate('client.socket.close()');
    await eventually('alice gone', async () => {
      await bob.page.evaluate('client.send({ left: 1, numwant: 0, offers: [] })');
      return (await bob.counts()).at(-1) === '0/1';
    });
  });
});
