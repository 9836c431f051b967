import { randomBytes, randomInt } from 'node:crypto';
import type { ServerView } from '../../../api/server-view.ts';
import type { AnnounceRequest } from '../../../bittorrent/announce-request.ts';
import { type InfoHash, infoHashFromBytes, infoHashFromHex } from '../../../bittorrent/info-hash.ts';
import { makePeerId } from '../../../bittorrent/peer-id.ts';
import { openTracker } from '../../../seeder/tracker-client/open-tracker.ts';
import type { ServerClient } from '../../server-client.ts';
import { isAnswered, outcomeOf } from '../evidence.ts';
import { lookAtTracker, type TrackerQuestion } from '../look/look-at-tracker.ts';
import { lookAtDataFolder } from './data-folder.ts';
import { lookAtMachine } from './machine.ts';
import type { OwnEvidence, RunningEvidence } from './own-evidence.ts';

/** How to look. */
export type OwnQuestion = Omit<TrackerQuestion, 'url' | 'alsoExpected'> & {
  readonly dataDir: string;
  readonly client: ServerClient | undefined;
};

/** Looks at the server of a data folder: from the outside by its announce URL, and from within. */
export async function lookAtOwn(question: OwnQuestion): Promise<OwnEvidence> {
  const { client, dataDir } = question;
  const view = await client?.server();
  const [folder, machine] = await Promise.all([
    lookAtDataFolder(dataDir),
    lookAtMachine({ pid: view?.pid, udpPort: view?.udpPort }),
  ]);
  const server =
    client === undefined || view === undefined ? undefined : await lookAtRunning(client, view, question);
  return { folder, machine, server, now: new Date() };
}

async function lookAtRunning(
  client: ServerClient,
  view: ServerView,
  question: OwnQuestion,
): Promise<RunningEvidence> {
  const torrents = question.infoHash === undefined ? await client.list() : [];
  const torrent = torrents.find(({ state }) => state === 'seeding') ?? torrents[0];
  const known = question.infoHash ?? (torrent === undefined ? undefined : infoHashFromHex(torrent.infoHash));
  const infoHash = known ?? infoHashFromBytes(randomBytes(20));
  const local = await LocalPeer.join(`${client.url}/announce`, infoHash, question);
  try {
    const url = view.announceUrl;
    const awaitedPorts = local === undefined ? [] : [local.port];
    const alsoExpected = othersOf(view);
    const isMadeUpHash = known === undefined;
    const asked = { ...question, url, infoHash, isMadeUpHash };
    const tracker = await lookAtTracker({ ...asked, alsoExpected, awaitedPorts });
    return {
      view,
      tracker: { ...tracker, refusalHint: hintFor(view, known) },
      localPeerPort: local?.port,
      isSeeded: torrent?.state === 'seeding',
    };
  } finally {
    await local?.leave();
  }
}

function hintFor({ isPrivate }: ServerView, known: InfoHash | undefined): string | undefined {
  if (isPrivate)
    return 'the tracker is private: name the announce URL of a user (seedbed user add NAME prints one): seedbed doctor URL';
  return known === undefined ? 'publish a torrent (seedbed publish FILE), and look again' : undefined;
}

/** Its URLs over other protocols at the same host. */
function othersOf({ announceUrl, announceUrls, isWebSocketOn }: ServerView): string[] {
  const { hostname } = new URL(announceUrl);
  const others = announceUrls.filter((url) => url !== announceUrl && new URL(url).hostname === hostname);
  return isWebSocketOn ? [...others, announceUrl.replace(/^http/, 'ws')] : others;
}

/** A leecher that is announced where the server listens on this machine: whoever reaches the server is told of it. */
class LocalPeer {
  readonly #url: string;
  readonly #request: AnnounceRequest;
  readonly #question: OwnQuestion;

  private constructor(url: string, request: AnnounceRequest, question: OwnQuestion) {
    this.#url = url;
    this.#request = request;
    this.#question = question;
  }

  /** Undefined when the tracker refuses it. */
  static async join(url: string, infoHash: InfoHash, question: OwnQuestion): Promise<LocalPeer | undefined> {
    const request: AnnounceRequest = {
      infoHash,
      peerId: makePeerId(randomBytes(12)),
      port: randomInt(60_002, 65_000),
      uploaded: 0,
      downloaded: 0,
      left: 1,
      event: 'started',
      numWant: 0,
      key: randomInt(1, 2 ** 32),
      ip: undefined,
      compact: true,
      noPeerId: true,
    };
    const peer = new LocalPeer(url, request, question);
    return (await peer.#tell('started', question.signal)) ? peer : undefined;
  }

  get port(): number {
    return this.#request.port;
  }

  async leave(): Promise<void> {
    await this.#tell('stopped', AbortSignal.timeout(this.#question.timeoutMs)); // also after an interruption
  }

  async #tell(event: 'started' | 'stopped', signal: AbortSignal): Promise<boolean> {
    const { timeoutMs, userAgent } = this.#question;
    const tracker = openTracker(this.#url, { timeoutMs, userAgent });
    const outcome = await outcomeOf(() => tracker.announce({ ...this.#request, event }, signal));
    return isAnswered(outcome) && !('failure' in outcome.answer.reply);
  }
}
