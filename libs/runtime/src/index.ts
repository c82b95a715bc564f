export type * from './log/log.port.js';
export { murmur2, partitionOf } from './log/partitioner.js';
export { EmbeddedLog, type EmbeddedLogOptions } from './log/embedded.log.js';
export { KafkaLog } from './log/kafka/kafka.log.js';
export type { KafkaOptions, KafkaSasl } from './log/kafka/kafka.options.js';
export { topicSettings, type TopicOutcome, type TopicSettingChange } from './log/kafka/kafka.topics.js';
export { parseKafkaUrl } from './log/kafka/kafka.url.js';
export type * from './store/key-value.port.js';
export { EmbeddedStore } from './store/embedded.store.js';
export { RedisStore, type RedisStoreOptions } from './store/redis.store.js';
export type { BlobStore } from './blobs/blob.port.js';
export { FolderBlobs } from './blobs/folder.blobs.js';
export { MemoryBlobs } from './blobs/memory.blobs.js';
export { openEmbedded, openMemory, type EmbeddedOptions, type EmbeddedParts } from './embedded/open.js';
export { untilAnswering, type DependencyListener } from './distributed/dependency.wait.js';
export { openDistributed, type DistributedOptions, type DistributedParts } from './distributed/open.js';
export { joinBlobsFolder, readBlobsMarker, storedBlobsMarker } from './distributed/blobs.marker.js';
export { decodeRecord, encodeEvent, recordSize, structuredEnvelope, type DecodedRecord } from './events/codec.js';
export { eventOf } from './events/intake.js';
export { buildEvent, EventPublisher, type PublishedEvent, type PublishOptions } from './events/publisher.js';
export { childTraceparent, isTraceparent, newTraceparent } from './events/trace.js';
export type { Dependency } from './delivery/dependency.watch.js';
export { DeliveryAborted, DeliveryParked } from './delivery/abort.js';
export {
  listDeadLetters,
  readDeadLetter,
  replayDeadLetter,
  type DeadLetter,
  type DeadLetterFilter,
  type DeadLetterReason,
  type DeadLetterRecord,
} from './delivery/dead-letter.js';
export { backoffMs, classifyError, type ErrorClass } from './delivery/error.classifier.js';
export { ExclusiveGate, processGate, type GatePass } from './delivery/exclusive.gate.js';
export { listParked, resumeParked, type ParkedDelivery } from './delivery/parking.js';
export {
  ABORT_GRACE_MS,
  DRAIN_DEADLINE_MS,
  Runtime,
  type RuntimeParts,
  type RuntimeStatus,
} from './delivery/runtime.js';
export { underLease } from './delivery/under.lease.js';
export { httpUrl, startHealthServer, type HealthServer } from './health/health.server.js';
export { liveness, readiness, type HealthAnswer, type HealthSource } from './health/stage.health.js';
export { getStreamState, listStreamState, type StateEntry } from './delivery/stream.state.js';
export * from './delivery/subscription.js';
export { redisFacts, type RedisFacts } from './store/redis.facts.js';
