import { errorReply, jsonOf, objectOf } from './parts.ts';

const modes = { type: 'string', enum: ['open', 'registered', 'allow', 'deny'] } as const;

const listParameter = {
  name: 'list',
  in: 'path',
  required: true,
  schema: { type: 'string', enum: ['allow', 'deny'] },
} as const;

const listedHashParameter = {
  name: 'infoHash',
  in: 'path',
  required: true,
  description: '40 hexadecimal digits, or the 64 of a v2 info-hash.',
  schema: { type: 'string', pattern: '^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$' },
} as const;

const infoHashes = {
  type: 'array',
  maxItems: 10_000,
  items: listedHashParameter.schema,
} as const;

const files = {
  type: 'array',
  items: objectOf({
    path: { type: 'string' },
    entries: { type: 'integer' },
    badLines: { type: 'integer', description: 'Lines that could not be read; the log has the first.' },
    readAt: { type: 'string', format: 'date-time' },
    trouble: {
      type: ['string', 'null'],
      description: 'Why the file cannot be read now; what it last said holds.',
    },
  }),
} as const;

const accessList = objectOf({
  entries: { type: 'integer', description: 'Torrents that were put on the list by this API.' },
  files,
});

const refused = { type: 'integer', description: 'Announces that were refused since the start.' } as const;

const rules = {
  type: 'array',
  items: objectOf({
    value: { type: 'string' },
    isConfigured: { type: 'boolean', description: 'The settings say so: it cannot be removed here.' },
  }),
} as const;

const access = objectOf({
  mode: modes,
  configuredMode: {
    type: ['string', 'null'],
    description:
      'The mode that the settings name, which holds again after a restart; null: the last one set here does.',
  },
  allow: { $ref: '#/components/schemas/AccessList' },
  deny: { $ref: '#/components/schemas/AccessList' },
  addresses: objectOf({
    entries: { type: 'integer', description: 'Ranges that were denied one by one.' },
    ranges: { type: 'integer', description: 'All ranges, those of the files included.' },
    files,
    refused,
  }),
  clients: objectOf({ allow: { type: 'integer' }, deny: { type: 'integer' }, refused }),
});

const accessReply = jsonOf({ $ref: '#/components/schemas/Access' }, 'The access rules.');
const done = { description: 'Done.' } as const;
const ruleReply = {
  200: jsonOf(objectOf({ value: { type: 'string' } }), 'The rule in its one spelling.'),
} as const;

function ruleReplies(good: object): object {
  return { ...good, 400: errorReply, 401: errorReply, 409: errorReply, 503: errorReply, 507: errorReply };
}

/** `/access` in the description of the control API. */
export const ACCESS_PATHS = {
  '/access': {
    get: { summary: 'What is tracked', responses: { 200: accessReply, 401: errorReply } },
    put: {
      summary: 'Change the access mode, at once and for later starts',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { type: 'object', required: ['mode'], properties: { mode: modes } },
          },
        },
      },
      responses: { 200: accessReply, 400: errorReply, 401: errorReply, 503: errorReply, 507: errorReply },
    },
  },
  '/access/clients': {
    get: {
      summary: 'The clients that may take part, and those that may not, by the beginning of their peer ids',
      responses: {
        200: jsonOf(objectOf({ allow: rules, deny: rules }), 'The prefixes.'),
        401: errorReply,
      },
    },
  },
  '/access/clients/{list}/{prefix}': {
    parameters: [
      listParameter,
      {
        name: 'prefix',
        in: 'path',
        required: true,
        description:
          'Such as -XL. Bytes that are not printable ASCII, % and the comma are written %FF, and that % is %25 in a path.',
        schema: { type: 'string' },
      },
    ],
    put: { summary: 'Allow or deny clients', responses: ruleReplies(ruleReply) },
    delete: { summary: 'Remove the rule', responses: ruleReplies({ 204: done, 404: errorReply }) },
  },
  '/access/addresses': {
    get: {
      summary: 'The ranges of addresses that were denied one by one',
      responses: {
        200: jsonOf(objectOf({ deny: rules }), 'The ranges.'),
        401: errorReply,
      },
    },
  },
  '/access/addresses/{range}': {
    parameters: [
      {
        name: 'range',
        in: 'path',
        required: true,
        description: 'An address, a network (10.0.0.0%2F8), or two addresses with a - between.',
        schema: { type: 'string' },
      },
    ],
    put: { summary: 'Deny addresses', responses: ruleReplies(ruleReply) },
    delete: { summary: 'Deny them no longer', responses: ruleReplies({ 204: done, 404: errorReply }) },
  },
  '/access/{list}': {
    parameters: [listParameter],
    get: {
      summary: 'The torrents that were put on a list by this API, in the order of their info-hashes',
      parameters: [
        {
          name: 'after',
          in: 'query',
          schema: { type: 'string' },
          description: 'Begin behind this info-hash.',
        },
        {
          name: 'limit',
          in: 'query',
          schema: { type: 'integer', minimum: 1, maximum: 10_000, default: 1_000 },
        },
      ],
      responses: {
        200: jsonOf(
          objectOf({
            infoHashes: { type: 'array', items: { type: 'string' } },
            next: { type: ['string', 'null'], description: 'Pass it as "after" for the next page.' },
          }),
          'A page of the list.',
        ),
        400: errorReply,
        401: errorReply,
      },
    },
    post: {
      summary: 'Put torrents on a list, and take others off',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { type: 'object', properties: { add: infoHashes, remove: infoHashes } },
          },
        },
      },
      responses: {
        200: jsonOf(
          objectOf({ added: { type: 'integer' }, removed: { type: 'integer' } }),
          'How many were new, and how many were there.',
        ),
        400: errorReply,
        401: errorReply,
        503: errorReply,
        507: errorReply,
      },
    },
  },
  '/access/{list}/{infoHash}': {
    parameters: [listParameter, listedHashParameter],
    get: {
      summary: 'Whether a torrent is on a list',
      responses: {
        200: jsonOf(
          objectOf({
            infoHash: { type: 'string' },
            isEntry: { type: 'boolean', description: 'Put there by this API.' },
            isInFile: { type: 'boolean' },
          }),
          'Where the list has it.',
        ),
        400: errorReply,
        401: errorReply,
        404: errorReply,
      },
    },
    put: {
      summary: 'Put a torrent on a list',
      responses: { 204: done, 400: errorReply, 401: errorReply, 503: errorReply, 507: errorReply },
    },
    delete: {
      summary: 'Take a torrent off a list; what stands in a file stays (409)',
      responses: {
        204: done,
        400: errorReply,
        401: errorReply,
        404: errorReply,
        409: errorReply,
        503: errorReply,
        507: errorReply,
      },
    },
  },
} as const;

/** The shapes that {@link ACCESS_PATHS} refers to. */
export const ACCESS_SCHEMAS = { Access: access, AccessList: accessList } as const;
