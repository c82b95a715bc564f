import { contracts, envelopeSchema } from '@headroom/contracts';
import { z } from 'zod';
import { problemSchema } from './answer.schemas.js';
import { PROBLEM_STATUS, type ProblemCode } from './problem.codes.js';
import { routeList, type Content, type RouteName, type RouteSpec } from './route.table.js';

type Json = Record<string, unknown>;

/** What any route that needs a token may answer. */
const COMMON_PROBLEMS: readonly ProblemCode[] = ['HEADROOM_UNAUTHORIZED', 'HEADROOM_HOST_NOT_ALLOWED'];

const PROBLEM_MEDIA_TYPE = 'application/problem+json';

function jsonSchema(schema: z.ZodType): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

const refTo = (component: string): Json => ({ $ref: `#/components/schemas/${component}` });

/** Events that outsiders may send: the envelope, and by type the data. */
function eventComponents(): Json {
  const taken = contracts.filter(({ audience }) => audience === 'outsiders');
  const byType = taken.map(({ type, name }) => ({ properties: { type: { const: type }, data: refTo(name) } }));
  return {
    ...Object.fromEntries(
      taken.map(({ name, schema, summary }) => [name, { ...jsonSchema(schema), description: summary }]),
    ),
    EventData: { anyOf: taken.map(({ name }) => refTo(name)) },
    CloudEvent: { ...jsonSchema(envelopeSchema), oneOf: byType },
    CloudEventBatch: { type: 'array', items: refTo('CloudEvent') },
  };
}

function contentOf(content: Readonly<Record<string, Content>>): Json {
  const written = Object.entries(content).map(([mediaType, { schema, component, example }]) => {
    const shape = component ? refTo(component) : schema && jsonSchema(schema);
    return [mediaType, { ...(shape && { schema: shape }), ...(example !== undefined && { example }) }];
  });
  return Object.fromEntries(written) as Json;
}

function queryParameters(query: z.ZodObject): Json[] {
  const { properties = {}, required = [] } = jsonSchema(query) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name) && !('default' in schema),
    ...(description !== undefined && { description }),
    schema,
  }));
}

function parameters(route: RouteSpec): Json[] {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inHeaders = Object.entries(route.headers ?? {}).map(([name, description]) => ({
    name,
    in: 'header',
    description,
    schema: { type: 'string' },
  }));
  return [...inPath, ...(route.query ? queryParameters(route.query) : []), ...inHeaders];
}

function problemAnswers(route: RouteSpec): Json {
  const codes = [...(route.open ? [] : COMMON_PROBLEMS), ...(route.problems ?? [])];
  const byStatus = Map.groupBy(codes, (code) => PROBLEM_STATUS[code]);
  const written = [...byStatus].map(([status, group]) => [
    status,
    {
      description: group.map((code) => `\`${code}\``).join(', '),
      content: { [PROBLEM_MEDIA_TYPE]: { schema: refTo('Problem') } },
    },
  ]);
  return Object.fromEntries(written) as Json;
}

function operation(name: RouteName, route: RouteSpec): Json {
  const given = parameters(route);
  const answers = Object.entries(route.answers).map(([status, { description, content }]) => [
    status,
    { description, ...(content && { content: contentOf(content) }) },
  ]);
  return {
    operationId: name,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description && { description: route.description }),
    ...(route.open && { security: [] }),
    ...(given.length > 0 && { parameters: given }),
    ...(route.body && { requestBody: { required: true, content: contentOf(route.body.content) } }),
    responses: { ...Object.fromEntries(answers), ...problemAnswers(route) },
  };
}

/** The OpenAPI 3.1 document of the gateway, made from the route table and the schemas that the routes check with. */
export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of routeList) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(name, route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Headroom gateway',
      version: '1',
      description: 'Events in, cases out. Every failure is a problem document (RFC 9457) with a stable `code`.',
    },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { ...eventComponents(), Problem: jsonSchema(problemSchema) },
    },
  };
}
