import { type Response, Router } from 'express';
import type { AccessRuleKind } from '../../persistence/access-store.ts';
import { type AnnouncerControl, MAX_RULES, ruleValue } from '../../tracker/access/announcer-control.ts';
import { BadRequest, sendError } from '../errors.ts';

/** What a rule takes, for whoever wrote another thing. */
const TAKES: Readonly<Record<AccessRuleKind, string>> = {
  'allow-client': 'the beginning of a peer id, such as -qB',
  'deny-client': 'the beginning of a peer id, such as -XL',
  'deny-address': 'an address, a network such as 10.0.0.0/8, or two addresses with a - between',
};

/** `/access/clients` and `/access/addresses`: who may announce. */
export function announcerRoutes(control: AnnouncerControl): Router {
  const router = Router();
  router.get('/access/clients', (_request, response) => {
    response.json({ allow: control.list('allow-client'), deny: control.list('deny-client') });
  });
  router.put('/access/clients/:list/:prefix', ({ params }, response) =>
    add(control, clientKind(params.list), params.prefix, response),
  );
  router.delete('/access/clients/:list/:prefix', ({ params }, response) =>
    remove(control, clientKind(params.list), params.prefix, response),
  );
  router.get('/access/addresses', (_request, response) => {
    response.json({ deny: control.list('deny-address') });
  });
  router.put('/access/addresses/:range', ({ params }, response) =>
    add(control, 'deny-address', params.range, response),
  );
  router.delete('/access/addresses/:range', ({ params }, response) =>
    remove(control, 'deny-address', params.range, response),
  );
  return router;
}

async function add(
  control: AnnouncerControl,
  kind: AccessRuleKind,
  text: string,
  response: Response,
): Promise<void> {
  const value = valueFrom(kind, text);
  if ((await control.add(kind, value)) === 'full')
    return sendError(
      response,
      409,
      'ERR_TOO_MANY_RULES',
      `there are ${MAX_RULES} of them already: use a file`,
    );
  response.json({ value });
}

async function remove(
  control: AnnouncerControl,
  kind: AccessRuleKind,
  text: string,
  response: Response,
): Promise<void> {
  const value = valueFrom(kind, text);
  const isRemoved = await control.remove(kind, value);
  if (control.isConfigured(kind, value))
    return sendError(
      response,
      409,
      'ERR_CONFIGURED',
      `the settings of the server say so: change them for ${value}`,
    );
  if (!isRemoved) return sendError(response, 404, 'ERR_NOT_LISTED', `there is no such rule: ${value}`);
  response.status(204).end();
}

function clientKind(list: string): 'allow-client' | 'deny-client' {
  if (list !== 'allow' && list !== 'deny') throw new BadRequest('there are two lists: "allow" and "deny"');
  return `${list}-client`;
}

function valueFrom(kind: AccessRuleKind, text: string): string {
  const value = ruleValue(kind, text);
  if (value === undefined) throw new BadRequest(`it takes ${TAKES[kind]}`);
  return value;
}
