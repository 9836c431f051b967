// The public library: everything here is covered by semantic versioning.

export { type WebSeedRouterOptions, webSeedRouter } from './api/web-seed/router.ts';
export { type App, startApp } from './app.ts';
export { isPasskey, parseAnnouncePath, withPasskey } from './bittorrent/announce-path.ts';
export type { AnnounceEvent, AnnounceRequest } from './bittorrent/announce-request.ts';
export { formatAnnounceUrl, parseAnnounceQuery } from './bittorrent/announce-request.ts';
export {
  type AnnounceReply,
  announceReplySize,
  decodeTrackerReply,
  encodeFailureReply,
  type FailureReply,
  type PeerEntry,
  type TrackerFailure,
  type TrackerReply,
  writeAnnounceReply,
} from './bittorrent/announce-response.ts';
export {
  type BencodeDictionary,
  type BencodeInput,
  type BencodeValue,
  decodeBencode,
  encodeBencode,
} from './bittorrent/bencode.ts';
export { decodeCompactPeers, encodeCompactPeers } from './bittorrent/compact-peers.ts';
export {
  type Address,
  addressFromBytes,
  type Endpoint,
  formatAddress,
  formatEndpoint,
  parseAddress,
} from './bittorrent/endpoint.ts';
export {
  isRequestFault,
  ProtocolError,
  type ProtocolErrorCode,
  type RequestFault,
} from './bittorrent/errors.ts';
export { type InfoHash, infoHashFromBytes, infoHashFromHex, infoHashToHex } from './bittorrent/info-hash.ts';
export { formatMagnet, type Magnet, magnetOf, parseMagnet } from './bittorrent/magnet.ts';
export {
  encodeInfo,
  encodeMetainfo,
  type InfoFields,
  type MetainfoFields,
} from './bittorrent/metainfo/encode.ts';
export {
  type DhtNode,
  type Info,
  lengthOfPiece,
  type Metainfo,
  type MetainfoWarning,
  TORRENT_VERSIONS,
  type TorrentFile,
  type TorrentVersion,
} from './bittorrent/metainfo/metainfo.ts';
export { parseInfo, parseMetainfo } from './bittorrent/metainfo/parse.ts';
export { clientName, makePeerId, type PeerId, peerIdFromBytes } from './bittorrent/peer-id.ts';
export {
  decodeScrapeReply,
  encodeScrapeReply,
  formatScrapeUrl,
  parseScrapeQuery,
  type SwarmCounts,
} from './bittorrent/scrape.ts';
export {
  encodeUdpAnnounce,
  encodeUdpConnect,
  encodeUdpScrape,
  parseUdpAnnounce,
  parseUdpScrape,
} from './bittorrent/udp-request.ts';
export { decodeUdpReply, type UdpReply } from './bittorrent/udp-response.ts';
export { isContent, type PlannedFile, storedFileOf, type TorrentPlan } from './builder/create/layout.ts';
export { planTorrent } from './builder/create/plan.ts';
export type { StreamInput } from './builder/create/stream-input.ts';
export { type CreatedTorrent, createTorrent } from './builder/create-torrent.ts';
export {
  diffTorrents,
  type FetchedFile,
  type FetchPlan,
  type FileDifference,
  type Sameness,
  type TorrentDiff,
} from './builder/diff/diff-torrents.ts';
export {
  type EditedTorrent,
  type EditNote,
  editTorrent,
  type TextReplacement,
  type TorrentChanges,
} from './builder/edit/edit-torrent.ts';
export { BuilderError, type BuilderErrorCode } from './builder/hashing/errors.ts';
export { HashPool, type PoolOptions } from './builder/hashing/pool.ts';
export type { ListedFile } from './builder/input/listed-file.ts';
export type { FileOrder } from './builder/input/order.ts';
export type { LinkMode } from './builder/input/walk-options.ts';
export { type LintFinding, lintTorrent, type Severity } from './builder/lint/lint-torrent.ts';
export type {
  BuildProgress,
  ContentOptions,
  CreateTorrentOptions,
  DescriptionOptions,
} from './builder/options.ts';
export {
  PIECE_LENGTH_RULES,
  type PieceLengthOption,
  type PieceLengthRule,
  type PieceLengthTool,
} from './builder/piece-length.ts';
export { type MetainfoFile, readMetainfo } from './builder/read-metainfo.ts';
export type { FieldDifference, FieldName, FieldValue } from './builder/torrent-fields.ts';
export {
  type FileState,
  type PieceRange,
  type VerifiedFile,
  type VerifyOptions,
  type VerifyResult,
  verify,
} from './builder/verify.ts';
export { type WriteOptions, writeTorrentFile } from './builder/write-torrent.ts';
export { type LoadedConfig, loadConfig } from './config/load.ts';
export { ConfigError } from './config/setting.ts';
export type { Config } from './config/settings.ts';
export { persistenceConformance } from './persistence/conformance.ts';
export { PersistenceError } from './persistence/errors.ts';
export { type CommittedJournal, GroupCommit, type GroupCommitOptions } from './persistence/group-commit.ts';
export { openPersistence } from './persistence/open.ts';
export { PeerBatch } from './persistence/peer-batch.ts';
export { nullJournal, type PeerJournal, type PeerState } from './persistence/peer-journal.ts';
export type { Persistence, TorrentRow } from './persistence/persistence.ts';
export { WriteBehind } from './persistence/write-behind.ts';
export type { TrackerStatus } from './seeder/announcer/tracker-tiers.ts';
export type { Serving } from './seeder/choking/serving.ts';
export type { CloseReason, SeederCounters } from './seeder/counters.ts';
export type { BootstrapNode } from './seeder/discovery/dht/bootstrap.ts';
export type { DhtOptions } from './seeder/discovery/dht/dht-membership.ts';
export type { DiscoverySettings } from './seeder/discovery/discovery.ts';
export type { LocalOptions } from './seeder/discovery/local/local-discovery.ts';
export type { LocalGroup } from './seeder/discovery/local/local-groups.ts';
export type { Deletion, KeptPath, KeptReason } from './seeder/disk/delete-files.ts';
export {
  type Disk,
  type DiskCallback,
  type DiskSpan,
  type DiskStat,
  systemDisk,
} from './seeder/disk/disk.ts';
export { SeederError, type SeederErrorCode } from './seeder/errors.ts';
export type { StopRuleSettings } from './seeder/goals/stop-rules.ts';
export type { PieceSelection } from './seeder/integrity/piece-selection.ts';
export type { NodeStatistics } from './seeder/node-statistics.ts';
export type { ConnectedPeer } from './seeder/peers/connected-peer.ts';
export type { QueueKind, QueueStatus, TorrentQueue } from './seeder/queue/torrent-queue.ts';
export type { TorrentLimits, TransferLimits } from './seeder/rates/rate-limits.ts';
export type { PacerOptions, RatePacer } from './seeder/rates/rate-pacer.ts';
export type { ScheduledRate } from './seeder/rates/rate-schedule.ts';
export { SeedNode } from './seeder/seed-node.ts';
export type {
  AddTorrent,
  RecheckOptions,
  ScrubOptions,
  SeedNodeEvents,
  SeedNodeOptions,
  StartOptions,
} from './seeder/seed-node-types.ts';
export type { Torrent } from './seeder/torrent.ts';
export type { FileProgress, FileRange } from './seeder/torrents/file-progress.ts';
export type { FileRule } from './seeder/torrents/file-rules.ts';
export { stampFiles } from './seeder/torrents/file-stamps.ts';
export { resumeFor, resumeOfMade } from './seeder/torrents/resume.ts';
export type { TorrentPreferences } from './seeder/torrents/torrent-preferences.ts';
export type { TorrentState } from './seeder/torrents/torrent-state.ts';
export type { StopRule, TransferRecord, TransferTotals } from './seeder/torrents/transfer-totals.ts';
export { ConnectionIdCache } from './seeder/tracker-client/connection-id-cache.ts';
export { openTracker } from './seeder/tracker-client/open-tracker.ts';
export type {
  AnnounceResult,
  Exchange,
  ScrapeResult,
  TrackerClient,
  TrackerClientOptions,
  TrackerProtocol,
} from './seeder/tracker-client/tracker-client.ts';
export {
  TrackerClientError,
  type TrackerClientErrorCode,
} from './seeder/tracker-client/tracker-client-error.ts';
export type { WebSeedCounters, WebSeedRefusal } from './seeder/web-seed/counters.ts';
export type { SeededFile } from './seeder/web-seed/seeded-file.ts';
export {
  type Download,
  type FilePart,
  WebSeed,
  type WebSeedHost,
  type WebSeedOptions,
} from './seeder/web-seed/web-seed.ts';
export type { EncryptionMode } from './seeder/wire/encryption/encryption.ts';
export { ACCESS_MODES, type AccessMode } from './tracker/access/access-mode.ts';
export { type AddressRange, parseAddressRange } from './tracker/access/address-range.ts';
export { AddressRule } from './tracker/access/address-rule.ts';
export { parseClientPrefix } from './tracker/access/client-prefix.ts';
export { type ClientPrefixes, ClientRule } from './tracker/access/client-rule.ts';
export { TorrentAccess } from './tracker/access/torrent-access.ts';
export type { AnnounceRule } from './tracker/announce-rule.ts';
export { frontEndConformance } from './tracker/conformance.ts';
export { TrackerCore } from './tracker/core.ts';
export { type FollowedSwarm, FollowedSwarms } from './tracker/followed/followed-swarms.ts';
export { CommitGate, type CommitGateOptions } from './tracker/front-end/commit-gate.ts';
export { FloodGate, type FloodGateOptions } from './tracker/front-end/flood-gate.ts';
export { trackerRouter } from './tracker/http/router.ts';
export { TrackerHttpServer } from './tracker/http/server.ts';
export type { LocalSeed, SwarmFollower } from './tracker/local-seeds.ts';
export type { TrackerCoreOptions } from './tracker/tracker-options.ts';
export { TrackerUdpServer, type TrackerUdpServerOptions } from './tracker/udp/server.ts';
export { ClientSessions } from './tracker/users/client-sessions.ts';
export { PrivateMode, type PrivateModeParts } from './tracker/users/private-mode.ts';
export { TorrentCredits } from './tracker/users/torrent-credits.ts';
export { TrafficAccounts, type TrafficAccountsParts } from './tracker/users/traffic-accounts.ts';
export { TrafficWriter, type TrafficWriterOptions } from './tracker/users/traffic-writer.ts';
export { type User, UserRegistry } from './tracker/users/user-registry.ts';
export { TrackerWsServer, type TrackerWsServerOptions } from './tracker/ws/server.ts';
