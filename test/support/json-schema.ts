/** As much of a JSON schema as the description of our API uses. */
export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/**
 * Says what of a value a schema does not allow, each with its place. Stricter than JSON Schema: members that are not described are
 * faults too, unless the schema describes none.
 */
export function faultsOf(
  value: unknown,
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  place = '$',
): string[] {
  const whole = resolved(schema, schemas);
  const kind = kindOf(value);
  const types = [whole.type ?? []].flat();
  if (types.length > 0 && !types.includes(kind) && !(kind === 'integer' && types.includes('number')))
    return [`${place} is ${kind}, not ${types.join(' or ')}`];
  const faults: string[] = [];
  if (whole.enum?.includes(value) === false) faults.push(`${place} is none of ${whole.enum.join(', ')}`);
  if (typeof value === 'string' && whole.pattern !== undefined && !new RegExp(whole.pattern).test(value))
    faults.push(`${place} does not match ${whole.pattern}`);
  if (typeof value === 'number' && !(value >= (whole.minimum ?? value) && value <= (whole.maximum ?? value)))
    faults.push(`${place} is out of bounds`);
  if (Array.isArray(value))
    return value.flatMap((item, i) => faultsOf(item, whole.items ?? {}, schemas, `${place}[${i}]`));
  if (kind === 'object')
    faults.push(...memberFaults(value as Record<string, unknown>, whole, schemas, place));
  return faults;
}

function memberFaults(
  value: Readonly<Record<string, unknown>>,
  { required = [], properties }: Schema,
  schemas: Readonly<Record<string, Schema>>,
  place: string,
): string[] {
  const missing = required.filter((name) => !(name in value)).map((name) => `${place}.${name} is missing`);
  if (properties === undefined) return missing;
  const others = Object.entries(value).flatMap(([name, member]) => {
    const schema = properties[name];
    const at = `${place}.${name}`;
    return schema === undefined ? [`${at} is not described`] : faultsOf(member, schema, schemas, at);
  });
  return [...missing, ...others];
}

function resolved(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  if (schema.$ref !== undefined) {
    const found = schemas[schema.$ref.replace('#/components/schemas/', '')];
    if (found === undefined) throw new Error(`${schema.$ref} is not described`);
    return resolved(found, schemas);
  }
  if (schema.allOf === undefined) return schema;
  const parts = schema.allOf.map((part) => resolved(part, schemas));
  return {
    type: 'object',
    required: parts.flatMap(({ required = [] }) => required),
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)) as Record<string, Schema>,
  };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
