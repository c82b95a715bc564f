import { blobRefSchema } from '@headroom/contracts';
import { z } from 'zod';
import { caseCommandAnswerSchema, caseCommandRequestSchema } from '../cases/case.commands.js';
import { BATCH, STRUCTURED } from '../events/event.body.js';
import {
  caseSchema,
  casesSchema,
  changesSchema,
  deadLetterDetailsSchema,
  deadLettersSchema,
  healthSchema,
  intakeSchema,
  profileAnswerSchema,
  servicesSchema,
  timelineSchema,
} from './answer.schemas.js';
import { opportunitiesSchema, opportunitySchema } from './opportunity.schemas.js';
import type { ProblemCode } from './problem.codes.js';
import {
  caseListQuerySchema,
  changesQuerySchema,
  opportunityListQuerySchema,
  profileQuerySchema,
  streamQuerySchema,
} from './query.schemas.js';

const MiB = 1_048_576;

/** A body or an answer in one media type. */
export interface Content {
  /** Absent, without a component: bytes or text. */
  schema?: z.ZodType;
  /** A schema that the document makes from the event contracts. */
  component?: 'CloudEvent' | 'CloudEventBatch' | 'EventData';
  example?: unknown;
}

/** One route of the gateway; the running app and its OpenAPI document are made from it. */
export interface RouteSpec {
  method: 'GET' | 'POST' | 'PUT';
  /** As OpenAPI writes it. */
  path: `/${string}`;
  summary: string;
  /** More than the summary says. */
  description?: string;
  tag: 'events' | 'blobs' | 'profiles' | 'cases' | 'opportunities' | 'dead letters' | 'operating';
  /** Needs no token. */
  open?: true;
  query?: z.ZodObject;
  /** Request headers that matter, with their meaning. */
  headers?: Readonly<Record<string, string>>;
  body?: {
    /** Largest body after decompression, bytes. */
    limit: number;
    content: Readonly<Record<string, Content>>;
  };
  /** By status; the first one is the usual one. */
  answers: Readonly<Record<number, { description: string; content?: Readonly<Record<string, Content>> }>>;
  /** Codes of its failures, beside those that any route may answer. */
  problems?: readonly ProblemCode[];
}

const json = (schema: z.ZodType): Record<string, Content> => ({ 'application/json': { schema } });
const stream = (event: string): Record<string, Content> => ({ 'text/event-stream': { example: event } });

const LAST_EVENT_ID = { 'Last-Event-ID': 'Id of the last message that arrived: the stream goes on after it.' };

/** Every route, in the order of the documentation. */
export const ROUTES = {
  publishEvents: {
    method: 'POST',
    path: '/v1/events',
    tag: 'events',
    summary: 'Publish CloudEvents: structured, binary or batch mode',
    description:
      'In binary mode the body is the data and the attributes are `ce-*` headers. Events that carry no `traceparent` of their own go on with that of the request. Accepted events are in the log when the answer comes; the same id twice is one event.',
    headers: {
      'ce-specversion': 'Binary mode: "1.0". The other attributes are ce-id, ce-source, ce-type and so on.',
      traceparent: 'W3C Trace Context.',
    },
    body: {
      limit: 8 * MiB,
      content: {
        [STRUCTURED]: { component: 'CloudEvent' },
        [BATCH]: { component: 'CloudEventBatch' },
        'application/json': { component: 'EventData' },
      },
    },
    answers: {
      202: { description: 'All were taken.', content: json(intakeSchema) },
      207: { description: 'Some of a batch were refused; the others were taken.', content: json(intakeSchema) },
    },
    problems: [
      'HEADROOM_BODY_INVALID',
      'HEADROOM_EVENT_INVALID',
      'HEADROOM_EVENT_UNKNOWN_TYPE',
      'HEADROOM_EVENT_NOT_ALLOWED',
      'HEADROOM_EVENT_TOO_LARGE',
      'HEADROOM_BODY_TOO_LARGE',
      'HEADROOM_MEDIA_TYPE_UNSUPPORTED',
    ],
  },
  putBlob: {
    method: 'PUT',
    path: '/v1/blobs/{sha256}',
    tag: 'blobs',
    summary: 'Upload bytes under their sha256',
    body: { limit: 64 * MiB, content: { 'application/octet-stream': {} } },
    answers: { 201: { description: 'Stored; the same bytes again are the same blob.', content: json(blobRefSchema) } },
    problems: ['HEADROOM_BLOB_ADDRESS_INVALID', 'HEADROOM_BLOB_DIGEST_MISMATCH', 'HEADROOM_BODY_TOO_LARGE'],
  },
  getBlob: {
    method: 'GET',
    path: '/v1/blobs/{sha256}',
    tag: 'blobs',
    summary: 'Bytes of a blob',
    answers: {
      200: { description: 'The bytes, checked against their hash.', content: { 'application/octet-stream': {} } },
    },
    problems: ['HEADROOM_BLOB_ADDRESS_INVALID', 'HEADROOM_BLOB_MISSING'],
  },
  recordProfile: {
    method: 'POST',
    path: '/v1/profiles',
    tag: 'profiles',
    summary: 'Upload a profile (.cpuprofile, pprof, collapsed stacks, speedscope); its frames are resolved here',
    description:
      'Send the profile as `application/json`, `application/octet-stream`, `application/gzip` or `text/plain`, or as the part `profile` of `multipart/form-data`, with the files that were run, their source maps and sources as further parts named by their path in the repository. What is not sent is read from the repository of the configured service at the commit that ran.',
    query: profileQuerySchema,
    body: {
      limit: 64 * MiB,
      content: {
        'application/json': {},
        'application/octet-stream': {},
        'application/gzip': {},
        'text/plain': {},
        'multipart/form-data': {},
      },
    },
    answers: {
      202: { description: 'Stored, and published as profile.recorded.', content: json(profileAnswerSchema) },
    },
    problems: [
      'HEADROOM_BODY_INVALID',
      'HEADROOM_QUERY_INVALID',
      'HEADROOM_PROFILE_INVALID',
      'HEADROOM_PROFILE_COMMIT_UNKNOWN',
      'HEADROOM_PROFILE_COMMIT_INVALID',
      'HEADROOM_PATH_MAP_INVALID',
      'HEADROOM_EVENT_INVALID',
      'HEADROOM_BLOB_MISSING',
      'HEADROOM_BODY_TOO_LARGE',
      'HEADROOM_MEDIA_TYPE_UNSUPPORTED',
    ],
  },
  listCases: {
    method: 'GET',
    path: '/v1/cases',
    tag: 'cases',
    summary: 'Cases, the one that changed last first',
    description:
      'A page ends with `nextCursor`. Cases that change meanwhile move to the front; no other one is missed.',
    query: caseListQuerySchema,
    answers: { 200: { description: 'A page of cases.', content: json(casesSchema) } },
    problems: ['HEADROOM_QUERY_INVALID', 'HEADROOM_CURSOR_INVALID'],
  },
  streamCases: {
    method: 'GET',
    path: '/v1/cases/stream',
    tag: 'cases',
    summary: 'Changes of all cases as server-sent events',
    description:
      'Each message `case` holds the case as the list shows it, as it is now: of several quick changes the last one may stand for all. A comment comes every 15 seconds.',
    query: streamQuerySchema,
    headers: LAST_EVENT_ID,
    answers: {
      200: { description: 'Never ends by itself.', content: stream('event: case\nid: 3.mimx1k2a\ndata: {…}\n\n') },
    },
    problems: ['HEADROOM_QUERY_INVALID', 'HEADROOM_CURSOR_INVALID'],
  },
  getCase: {
    method: 'GET',
    path: '/v1/cases/{id}',
    tag: 'cases',
    summary: 'One case with the figures of its evidence',
    answers: { 200: { description: 'The case.', content: json(caseSchema) } },
    problems: ['HEADROOM_CASE_NOT_FOUND'],
  },
  getTimeline: {
    method: 'GET',
    path: '/v1/cases/{id}/timeline',
    tag: 'cases',
    summary: 'What happened to a case, in the order of the flow',
    answers: { 200: { description: 'The timeline.', content: json(timelineSchema) } },
    problems: ['HEADROOM_CASE_NOT_FOUND'],
  },
  getDossier: {
    method: 'GET',
    path: '/v1/cases/{id}/dossier',
    tag: 'cases',
    summary: 'What was found out about a case; every statement names the tool call that it rests on',
    description: 'Markdown for people, or the stored document with `Accept: application/json`.',
    headers: { Accept: '`text/markdown` (the default) or `application/json`.' },
    answers: {
      200: { description: 'The dossier.', content: { 'text/markdown': {}, 'application/json': {} } },
    },
    problems: ['HEADROOM_CASE_NOT_FOUND', 'HEADROOM_DOSSIER_MISSING', 'HEADROOM_NOT_ACCEPTABLE'],
  },
  streamCase: {
    method: 'GET',
    path: '/v1/cases/{id}/stream',
    tag: 'cases',
    summary: 'One case as server-sent events: as it is now, then at every change',
    query: streamQuerySchema,
    headers: LAST_EVENT_ID,
    answers: {
      200: { description: 'Never ends by itself.', content: stream('event: case\nid: 3.mimx1k2a\ndata: {…}\n\n') },
    },
    problems: ['HEADROOM_CASE_NOT_FOUND', 'HEADROOM_QUERY_INVALID', 'HEADROOM_CURSOR_INVALID'],
  },
  commandCase: {
    method: 'POST',
    path: '/v1/cases/{id}/commands',
    tag: 'cases',
    summary: 'Retry, resume, dismiss or snooze a case',
    body: { limit: MiB / 16, content: { 'application/json': { schema: caseCommandRequestSchema } } },
    answers: { 202: { description: 'The command is in the log.', content: json(caseCommandAnswerSchema) } },
    problems: [
      'HEADROOM_BODY_INVALID',
      'HEADROOM_CASE_NOT_FOUND',
      'HEADROOM_COMMAND_REFUSED',
      'HEADROOM_BODY_TOO_LARGE',
      'HEADROOM_MEDIA_TYPE_UNSUPPORTED',
    ],
  },
  listServices: {
    method: 'GET',
    path: '/v1/services',
    tag: 'cases',
    summary: 'What the detector can say of each service',
    answers: { 200: { description: 'All services.', content: json(servicesSchema) } },
  },
  listChanges: {
    method: 'GET',
    path: '/v1/services/{service}/changes',
    tag: 'cases',
    summary: 'What reached a service and when, earliest first, as change.deployed told',
    query: changesQuerySchema,
    answers: {
      200: { description: 'The changes; none for a service that nothing is known of.', content: json(changesSchema) },
    },
    problems: ['HEADROOM_QUERY_INVALID'],
  },
  listOpportunities: {
    method: 'GET',
    path: '/v1/opportunities',
    tag: 'opportunities',
    summary: 'What could be made cheaper, the largest expected saving first',
    description:
      'Nothing is worked on because it is listed. A pull request is asked for with `signal.raised`, which `headroom request <id>` publishes.',
    query: opportunityListQuerySchema,
    answers: { 200: { description: 'A page of opportunities.', content: json(opportunitiesSchema) } },
    problems: ['HEADROOM_QUERY_INVALID', 'HEADROOM_CURSOR_INVALID'],
  },
  getOpportunity: {
    method: 'GET',
    path: '/v1/opportunities/{id}',
    tag: 'opportunities',
    summary: 'One opportunity',
    answers: { 200: { description: 'The opportunity.', content: json(opportunitySchema) } },
    problems: ['HEADROOM_OPPORTUNITY_NOT_FOUND'],
  },
  listDeadLetters: {
    method: 'GET',
    path: '/v1/dead-letters',
    tag: 'dead letters',
    summary: 'What could not be handled, oldest first',
    answers: { 200: { description: 'The newest thousand.', content: json(deadLettersSchema) } },
  },
  getDeadLetter: {
    method: 'GET',
    path: '/v1/dead-letters/{id}',
    tag: 'dead letters',
    summary: 'One dead letter with its bytes',
    description: 'The id holds slashes: send it percent-encoded.',
    answers: { 200: { description: 'The dead letter.', content: json(deadLetterDetailsSchema) } },
    problems: ['HEADROOM_DEAD_LETTER_NOT_FOUND'],
  },
  replayDeadLetter: {
    method: 'POST',
    path: '/v1/dead-letters/{id}/replay',
    tag: 'dead letters',
    summary: 'Give a dead letter back to the group that could not handle it',
    answers: { 202: { description: 'Given back.', content: json(z.object({ id: z.string() })) } },
    problems: ['HEADROOM_DEAD_LETTER_NOT_FOUND'],
  },
  live: {
    method: 'GET',
    path: '/health/live',
    tag: 'operating',
    summary: 'The process turns, and no stage of it has failed for good',
    open: true,
    answers: {
      200: { description: 'Live.', content: json(healthSchema) },
      503: { description: 'Dead: start the process again.', content: json(healthSchema) },
    },
  },
  ready: {
    method: 'GET',
    path: '/health/ready',
    tag: 'operating',
    summary: 'Every stage of this process has joined and none drains',
    open: true,
    answers: {
      200: { description: 'Ready.', content: json(healthSchema) },
      503: { description: 'Not ready; `stages` says what each one lacks.', content: json(healthSchema) },
    },
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    tag: 'operating',
    summary: 'Metrics in the Prometheus text format',
    open: true,
    answers: { 200: { description: 'The metrics.', content: { 'text/plain': {} } } },
  },
  openapi: {
    method: 'GET',
    path: '/v1/openapi.json',
    tag: 'operating',
    summary: 'This document',
    open: true,
    answers: { 200: { description: 'OpenAPI 3.1.', content: { 'application/json': {} } } },
  },
} as const satisfies Record<string, RouteSpec>;

/** Name of a route; the operation id of the document. */
export type RouteName = keyof typeof ROUTES;

/** The routes as the document and the app read them. */
export const routeList = Object.entries(ROUTES) as unknown as readonly (readonly [RouteName, RouteSpec])[];
